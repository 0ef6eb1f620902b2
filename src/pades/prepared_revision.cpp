#include "rakkan/pades/prepared_revision.hpp"

#include <algorithm>

#include "pades/doc_mdp.hpp"
#include "pades/extensions.hpp"
#include "pades/seed_value.hpp"
#include "pades/signature_field.hpp"
#include "pades/update_base.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pdf/incremental_writer.hpp"
#include "rakkan/pdf/page_tree.hpp"

namespace rakkan::pades {
namespace {

using pdf::Kind;
using pdf::ObjectWriter;
using pdf::Reference;
using pdf::Value;

constexpr std::string_view kFilter = "Adobe.PPKLite";

// KindNames are the /Type and /SubFilter of a value of that kind: EN 319 142-1 §6.3, ISO 32000-2 §12.8.5.
struct KindNames {
  std::string_view type, sub_filter;
};
constexpr KindNames names_of(FieldKind kind) {
  return kind == FieldKind::signature ? KindNames{"Sig", "ETSI.CAdES.detached"}
                                      : KindNames{"DocTimeStamp", "ETSI.RFC3161"};
}

constexpr std::string_view kSignatureFlags = "3";  // SignaturesExist, AppendOnly (ISO 32000-2 table 225)
constexpr std::int64_t kWidgetFlags = 132;         // Print, Locked (table 167): PDF/A demands Print
constexpr std::size_t kMaxReserve = 64UL << 20;

}  // namespace

// RevisionPreparer reads everything that one update needs from the document, then writes the update.
class RevisionPreparer {
 public:
  static Result<PreparedRevision> prepare(const pdf::Document& document, const SignatureFieldSpec& spec,
                                          std::size_t reserve, RandomSource& random) {
    RAKKAN_TRY(const UpdateBase base, UpdateBase::read(document));
    const std::optional<pdf::AcroForm>& form = base.form;
    if (form && form->has_xfa) {
      return fail(ErrorCode::pdf_xfa, "the form is an XFA form, which a signature of ours would break");
    }
    RAKKAN_TRY(const Permitted permitted, spec.kind == FieldKind::signature ? permit_signature(document, spec, base)
                                                                            : permit_timestamp(document, spec, base));
    const SignatureField& field = permitted.field;
    RAKKAN_TRY(const Placement placement, place(document, form));
    RevisionPreparer preparer(document, spec, form, field, placement, reserve);
    preparer.prepared_.warnings_ = permitted.warnings;
    if (field.existing != nullptr) {
      RAKKAN_CHECK(preparer.check_existing_field());
    }
    if (base.signatures.empty()) {
      RAKKAN_CHECK(declare_esic(document, preparer.writer_));
    }
    RAKKAN_TRY(const Reference signature, preparer.write_signature());
    RAKKAN_CHECK(field.existing != nullptr ? preparer.fill_field(signature) : preparer.add_field(signature));
    return std::move(preparer).finish(random);
  }

 private:
  // Permitted is the field that earlier signatures allow.
  struct Permitted {
    SignatureField field;
    std::vector<Warning> warnings;
  };
  static Result<Permitted> permit_signature(const pdf::Document& document, const SignatureFieldSpec& spec,
                                            const UpdateBase& base) {
    RAKKAN_CHECK(check_certification(document, base.signatures));
    RAKKAN_TRY(SignatureField field, choose_signature_field(document, base.form, spec.field_name));
    if (base.form) {
      RAKKAN_CHECK(check_locks(document, *base.form, base.signatures, field.name));
    }
    return Permitted{std::move(field), {}};
  }
  static Result<Permitted> permit_timestamp(const pdf::Document& document, const SignatureFieldSpec& spec,
                                            const UpdateBase& base) {
    RAKKAN_TRY(std::vector<Warning> warnings, base.check_additions(document, spec.iso_docmdp));
    RAKKAN_TRY(SignatureField field, choose_timestamp_field(base.form, spec.field_name));
    return Permitted{std::move(field), std::move(warnings)};
  }

  // Placement is the place of a new field, read before the first object number is taken.
  struct Placement {
    Value fields;                       // the form's /Fields, resolved
    const pdf::Object* page = nullptr;  // the first page; null for a document without pages
    Value annotations;                  // the page's /Annots, resolved
  };
  static Result<Placement> place(const pdf::Document& document, const std::optional<pdf::AcroForm>& form) {
    Placement placement;
    if (form) {
      RAKKAN_TRY(placement.fields, document.lookup(form->dictionary, "Fields"));
    }
    RAKKAN_TRY(placement.page, pdf::PageWalk(document).next());
    if (placement.page != nullptr) {
      RAKKAN_TRY(placement.annotations, document.lookup(placement.page->value(), "Annots"));
    }
    return placement;
  }

  RevisionPreparer(const pdf::Document& document, const SignatureFieldSpec& spec,
                   const std::optional<pdf::AcroForm>& form, const SignatureField& field, const Placement& placement,
                   std::size_t reserve)
      : document_(document),
        spec_(spec),
        form_(form),
        field_(field),
        placement_(placement),
        reserve_(reserve),
        writer_(document, 2 * reserve + 4096) {}

  Result<void> check_existing_field() const {
    RAKKAN_TRY(const Value seed_value, document_.resolve(field_.existing->seed_value));
    return check_seed_value(
        document_, seed_value,
        {kFilter, names_of(spec_.kind).sub_filter, spec_.reason, spec_.digest_algorithm, spec_.timestamped});
  }

  // The signature dictionary (ISO 32000-2 tables 255 and 257) with room for /ByteRange and /Contents. That of a
  // document timestamp has nothing else: time and authority are in the token (§12.8.5, EN 319 142-1 §5.4.3).
  Result<Reference> write_signature() {
    RAKKAN_TRY(const Reference id, writer_.allocate());
    ObjectWriter& out = writer_.begin_object(id).begin_dictionary();
    const KindNames names = names_of(spec_.kind);
    out.key("Type").name(names.type).key("Filter").name(kFilter).key("SubFilter").name(names.sub_filter);
    out.key("ByteRange").raw(" [");
    byte_range_at_ = out.size();
    out.fill(pdf::ByteRange::kTextWidth, ' ').raw("]").key("Contents").raw(" ");
    contents_at_ = out.size();
    out.raw("<").fill(2 * reserve_, '0').raw(">");
    if (spec_.kind == FieldKind::signature) {
      write_claims(out);
      out.key("Prop_Build").raw(" <</App<</Name/Rakkan/REx(" RAKKAN_VERSION ")>>>>");
      write_text(kSignatureIdKey, spec_.signature_id);
      RAKKAN_CHECK(write_lock_reference(out));
    }
    out.end_dictionary();
    writer_.end_object();
    return id;
  }

  // Writes the signer's claims about the signature: they are covered by it and proven by nothing.
  void write_claims(ObjectWriter& out) {
    out.key("M").raw(" ").date(spec_.signing_time);
    write_text("Name", spec_.name);
    write_text("Reason", spec_.reason);
    write_text("Location", spec_.location);
    write_text("ContactInfo", spec_.contact_info);
  }

  void write_text(std::string_view key, std::string_view utf8) {
    if (!utf8.empty()) {
      writer_.object().key(key).raw(" ").text(utf8);
    }
  }

  // An existing field's /Lock acts through a FieldMDP transform of its signature (§12.8.2.4).
  Result<void> write_lock_reference(ObjectWriter& out) {
    if (field_.existing == nullptr) {
      return {};
    }
    RAKKAN_TRY(const Value lock, document_.resolve(field_.existing->lock));
    if (!lock.is(Kind::dictionary)) {
      return {};
    }
    out.key("Reference").raw(" [<</Type/SigRef/TransformMethod/FieldMDP/TransformParams<</Type/TransformParams/V/1.2");
    for (const std::string_view key : {"Action", "Fields", "P"}) {
      if (const Value value = lock.find(key)) {
        out.name(key).raw(" ").raw(value.bytes());
      }
    }
    out.raw(">>/Data ").reference(document_.catalog().id()).raw(">>]");
    return {};
  }

  Result<void> fill_field(Reference signature) {
    RAKKAN_CHECK(writer_.set(field_.existing->object->value(), "V", signature));
    return raise_signature_flags();
  }

  // Adds field and widget in one dictionary (§12.7.4.1), invisible: a rectangle without area (§12.7.5.5). PDF/A-1
  // demands an appearance all the same.
  Result<void> add_field(Reference signature) {
    RAKKAN_TRY(const Reference field, writer_.allocate());
    RAKKAN_TRY(const Reference appearance, writer_.allocate());
    ObjectWriter& out = writer_.begin_object(field).begin_dictionary();
    out.key("Type").name("Annot").key("Subtype").name("Widget").key("FT").name("Sig");
    out.key("T").raw(" ").text(field_.name).key("V").reference(signature);
    out.key("F").integer(kWidgetFlags).key("Rect").raw(" [0 0 0 0]");
    if (placement_.page != nullptr) {
      out.key("P").reference(placement_.page->id());
    }
    out.key("AP").raw(" <</N ").reference(appearance).raw(">>").end_dictionary();
    writer_.end_object();
    writer_.begin_object(appearance)
        .raw("<</Type/XObject/Subtype/Form/BBox[0 0 0 0]/Resources<<>>/Length 0>>\nstream\n\nendstream");
    writer_.end_object();
    RAKKAN_CHECK(add_to_form(field));
    return add_to_page(field);
  }

  Result<void> add_to_form(Reference field) {
    if (form_) {
      RAKKAN_CHECK(add_to_array(form_->dictionary, "Fields", placement_.fields, field));
      return raise_signature_flags();
    }
    RAKKAN_TRY(const Reference id, writer_.allocate());
    writer_.begin_object(id).begin_dictionary().key("Fields").raw("[").reference(field).raw("]");
    writer_.object().key("SigFlags").raw(" ").raw(kSignatureFlags).end_dictionary();
    writer_.end_object();
    return writer_.set(document_.catalog().value(), "AcroForm", id);
  }

  Result<void> add_to_page(Reference field) {
    const Value annotations = placement_.annotations;
    const bool serves_as_both = annotations && annotations == placement_.fields;
    if (placement_.page == nullptr || serves_as_both) {
      return {};
    }
    return add_to_array(placement_.page->value(), "Annots", annotations, field);
  }

  // Adds an element to the array of the owner's key. An array in an object of its own is rewritten alone, without the
  // owner.
  Result<void> add_to_array(Value owner, std::string_view key, Value array, Reference element) {
    if (array.is(Kind::array)) {
      return writer_.append(array, element);
    }
    if (!array.is(Kind::null)) {
      return fail(ErrorCode::pdf_malformed, '/' + std::string(key) + " is no array");
    }
    ObjectWriter syntax;
    syntax.begin_array().reference(element).end_array();
    return writer_.set(owner, key, text_of(syntax.view()));
  }

  Result<void> raise_signature_flags() {
    RAKKAN_TRY(const Value flags, document_.lookup(form_->dictionary, "SigFlags"));
    const std::int64_t present = flags.integer().value_or(0);
    if ((present & 3) == 3) {
      return {};
    }
    if (flags.is(Kind::null)) {
      return writer_.set(form_->dictionary, "SigFlags", kSignatureFlags);
    }
    return writer_.replace(flags, std::to_string(present | 3));
  }

  Result<PreparedRevision> finish(RandomSource& random) && {
    RAKKAN_TRY(Bytes tail, std::move(writer_).finish(random));
    const std::uint64_t base_size = document_.size();
    const std::size_t after_contents = contents_at_ + 2 * reserve_ + 2;
    PreparedRevision prepared = std::move(prepared_);
    prepared.kind_ = spec_.kind;
    prepared.byte_range_ = {base_size + contents_at_, base_size + after_contents, tail.size() - after_contents};
    const std::string byte_range = prepared.byte_range_.text();
    std::copy(byte_range.begin(), byte_range.end(), tail.begin() + static_cast<std::ptrdiff_t>(byte_range_at_));
    prepared.tail_ = std::move(tail);
    prepared.base_size_ = base_size;
    prepared.contents_offset_ = contents_at_ + 1;
    prepared.reserve_ = reserve_;
    prepared.field_name_ = field_.name;
    return prepared;
  }

  const pdf::Document& document_;
  const SignatureFieldSpec& spec_;
  const std::optional<pdf::AcroForm>& form_;
  const SignatureField& field_;
  const Placement& placement_;
  std::size_t reserve_;
  pdf::IncrementalWriter writer_;
  std::size_t byte_range_at_ = 0;  // position of the first slot, in the tail
  std::size_t contents_at_ = 0;    // position of '<', in the tail
  PreparedRevision prepared_;
};

Result<PreparedRevision> prepare(const pdf::Document& document, const SignatureFieldSpec& field, std::size_t reserve,
                                 RandomSource& random) {
  if (reserve == 0 || reserve > kMaxReserve) {
    return fail(ErrorCode::invalid_argument, "the reserve for the signature or token is out of range");
  }
  return RevisionPreparer::prepare(document, field, reserve, random);
}

Result<SignedRevision> SignedRevision::embed(PreparedRevision prepared, ByteView cms) {
  if (cms.size() > prepared.reserve_) {
    return fail(ErrorCode::cms_larger_than_reserved,
                std::to_string(cms.size()) + " bytes for a reserve of " + std::to_string(prepared.reserve_));
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  auto digit = prepared.tail_.begin() + static_cast<std::ptrdiff_t>(prepared.contents_offset_);
  for (const Byte byte : cms) {
    *digit++ = static_cast<Byte>(kDigits[byte >> 4]);
    *digit++ = static_cast<Byte>(kDigits[byte & 0xF]);
  }
  return SignedRevision(std::move(prepared.tail_));
}

}  // namespace rakkan::pades
