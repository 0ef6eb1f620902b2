// Hostile signatures: fields and dictionaries without number, over the same bytes, in each revision, with keys that
// cost much; nested BER.
#include "integration/verify/hostile/workshop.hpp"

namespace rakkan::test {
namespace {

std::string padding(std::size_t size) { return "%" + std::string(size, ' ') + "\n"; }

// Two thousand fields of one dictionary, whose CMS is compared with all of the file by the dearest hash.
Hostile fields_of_one_dictionary(Workshop& workshop) {
  SignedPdf pdf;
  pdf.signature = signature_body(to_hex(workshop.bare_cms()));
  std::string fields = "[30 0 R";
  for (std::uint32_t number = 1000; number < 3000; ++number) {
    pdf.objects.emplace_back(number, "<</T(" + std::to_string(number) + ")/FT/Sig/V 31 0 R>>");
    fields += " " + std::to_string(number) + " 0 R";
  }
  pdf.fields = fields + "]";
  PdfBuilder builder = pdf.builder();
  builder.raw(padding(kMegabyte - builder.text().size())).object(60, "(x)").table("/Root 1 0 R");
  return {.file = copy_of(bytes_of(fill_byte_range(builder.text())))};
}

// As many dictionaries as there is room for, each with a ByteRange of its own over nearly all of the file.
Hostile dictionaries_over_everything(Workshop& workshop) {
  const std::string cms = to_hex(workshop.bare_cms());
  SignedPdf pdf;
  std::string fields = "[30 0 R";
  constexpr std::uint32_t kSignatures = 900;
  for (std::uint32_t i = 0; i < kSignatures; ++i) {
    pdf.objects.emplace_back(1000 + i,
                             "<</T(" + std::to_string(i) + ")/FT/Sig/V " + std::to_string(4000 + i) + " 0 R>>");
    pdf.objects.emplace_back(4000 + i, signature_body(cms));
    fields += " " + std::to_string(1000 + i) + " 0 R";
  }
  pdf.fields = fields + "]";
  std::string text = pdf.builder().text();
  for (std::size_t left = kSignatures + 1; left > 0; --left) {
    text = fill_byte_range(std::move(text), text.size() - left);
  }
  return {.file = copy_of(bytes_of(text))};
}

// Every revision fills one of the fields that were there from the beginning.
Hostile a_signature_in_each_revision(Workshop& workshop) {
  constexpr std::uint32_t kSignatures = 440;
  const std::string cms = to_hex(workshop.small_cms());
  const std::string field = "/FT/Sig/Subtype/Widget/Rect[0 0 0 0]/T";
  SignedPdf pdf;
  std::string fields = "[30 0 R";
  for (std::uint32_t i = 0; i < kSignatures; ++i) {
    pdf.objects.emplace_back(1000 + i, "<<" + field + "(" + std::to_string(i) + ")>>");
    fields += " " + std::to_string(1000 + i) + " 0 R";
  }
  pdf.fields = fields + "]";
  PdfBuilder builder = pdf.builder();
  std::string text = fill_byte_range(builder.text());
  std::uint64_t section = builder.last_section();
  std::uint32_t size = builder.size();
  for (std::uint32_t i = 0; i < kSignatures; ++i) {
    PdfBuilder update(bytes_of(text), section, size);
    update.object(1000 + i, "<<" + field + "(" + std::to_string(i) + ")/V " + std::to_string(2000 + i) + " 0 R>>")
        .object(2000 + i, signature_body(cms))
        .table("/Root 1 0 R");
    text = fill_byte_range(update.text());
    section = update.last_section();
    size = update.size();
  }
  return {.file = copy_of(bytes_of(text))};
}

Hostile a_large_dictionary(Workshop& workshop) {
  std::string keys;
  for (int i = 0; i < 60'000; ++i) {
    keys += "/K" + std::to_string(i) + " 0 ";
  }
  SignedPdf pdf;
  pdf.signature = signature_body(to_hex(workshop.small_cms()), "/Type/Sig/SubFilter/ETSI.CAdES.detached", keys);
  return {.file = updated(pdf.bytes(), [&](PdfBuilder& update) {
            update.object(31, signature_body(to_hex(workshop.small_cms()), "/Type/Sig", keys));
          })};
}

Hostile transforms(Workshop& workshop) {
  SignedPdf pdf;
  pdf.signature = signature_body(
      to_hex(workshop.small_cms()), "/Type/Sig/SubFilter/ETSI.CAdES.detached",
      "/Reference[" + repeated("<</TransformMethod/DocMDP/TransformParams<</P 2>>>>", kMegabyte / 50) + "]");
  return {.file = updated(pdf.bytes(), [](PdfBuilder& update) { update.object(60, "(x)"); })};
}

Hostile nested_ber(Workshop& workshop) {
  SignedPdf pdf;
  pdf.signature = signature_body(repeated("3080", kMegabyte / 8) + repeated("0000", kMegabyte / 8));
  static_cast<void>(workshop);
  return {.file = pdf.bytes()};
}

Hostile nested_ber_alone(Workshop& workshop) {
  Bytes file = from_hex("308006092a864886f70d010702a0803080").value();
  for (std::size_t i = 0; i < kMegabyte / 4; ++i) {
    append(file, from_hex("3080").value());
  }
  file.resize(kMegabyte);
  static_cast<void>(workshop);
  return {.file = std::move(file), .ending = "p7s"};
}

// A SignerInfo of very many signed attributes, and a message of very many SignerInfos.
Hostile many_attributes(Workshop& workshop) {
  HandmadeCms cms(workshop.some_signer, workshop.world.suite, bytes_of("content"));
  for (unsigned i = 0; i < 40'000; ++i) {
    Bytes one = from_hex("300b06052a0380800031020500").value();  // SEQUENCE { 1.2.3.…, SET { NULL } }
    one.at(6) = static_cast<Byte>(0x81U + (i >> 14U));
    one.at(7) = static_cast<Byte>(0x80U | (i >> 7U & 0x7FU));
    one.at(8) = static_cast<Byte>(i & 0x7FU);
    cms.attributes.push_back(std::move(one));
  }
  cms.sign();
  return {.file = cms.encode(), .ending = "p7s", .content = copy_of(bytes_of("content"))};
}

// As many signatures as there is room for, each of which any of eight keys may have made, since all of their
// certificates have one name and number; verifying with P-384 takes long.
Hostile twins_with_dear_keys(Workshop& workshop) {
  constexpr std::uint32_t kTwins = 8;
  constexpr std::uint32_t kSignatures = 700;
  SignedPdf pdf;
  std::string certificates;
  std::optional<Identity> twin;
  for (std::uint32_t i = 0; i < kTwins; ++i) {
    auto key = std::make_shared<crypto::SoftwareSigner>(pki::new_key(crypto::KeyKind::ec_p384));
    twin = Identity{key, workshop.world.ca.certify("Twin " + std::to_string(i), key->public_key().spki(),
                                                   EvidenceWorld::numbered({0x42}))};
    const std::string_view der = text_of(twin->certificate.der());
    pdf.objects.emplace_back(
        100 + i, "<</Length " + std::to_string(der.size()) + ">>\nstream\n" + std::string(der) + "\nendstream");
    certificates += std::to_string(100 + i) + " 0 R ";
  }
  pdf.catalog = "/DSS<</Certs[" + certificates + "]>>";
  HandmadeCms cms(*twin, crypto::default_suite(crypto::KeyKind::ec_p384), bytes_of("content"));
  cms.replace_attribute(cms::kIdSigningCertificateV2, std::nullopt);
  cms.certificates.clear();
  cms.sign();
  cms.attributes.pop_back();  // after which the value verifies with no key
  const std::string contents = to_hex(cms.encode());
  std::string fields = "[30 0 R";
  for (std::uint32_t i = 0; i < kSignatures; ++i) {
    pdf.objects.emplace_back(1000 + i,
                             "<</T(" + std::to_string(i) + ")/FT/Sig/V " + std::to_string(4000 + i) + " 0 R>>");
    pdf.objects.emplace_back(4000 + i,
                             "<</Type/Sig/SubFilter/ETSI.CAdES.detached/Filter/Adobe.PPKLite/ByteRange[0 20 40 20]/"
                             "Contents<" +
                                 contents + ">>>");
    fields += " " + std::to_string(1000 + i) + " 0 R";
  }
  pdf.fields = fields + "]";
  return {.file = pdf.bytes(), .evidence = workshop.outside()};
}

Hostile many_signers(Workshop& workshop) {
  HandmadeCms cms(workshop.some_signer, workshop.world.suite, bytes_of("content"));
  cms.sign();
  cms.signer_count = 64;  // more are refused
  return {.file = cms.encode(), .ending = "p7s", .content = Bytes(kMegabyte, 0x20)};
}

}  // namespace

std::vector<HostileRow> hostile_signatures() {
  const std::vector<int> any{1, 2, 3};
  return {
      {"two thousand fields over one /Contents", any, fields_of_one_dictionary},
      {"nine hundred signatures, each over the whole file", any, dictionaries_over_everything},
      {"a signature in each of many revisions", any, a_signature_in_each_revision},
      {"a signature dictionary of sixty thousand keys", any, a_large_dictionary},
      {"twenty thousand transforms", any, transforms},
      {"/Contents of nested BER", any, nested_ber},
      {"a file of nested BER", {3}, nested_ber_alone},
      {"forty thousand signed attributes", any, many_attributes},
      {"signatures that any of eight dear keys may have made", any, twins_with_dear_keys},
      {"sixty-four SignerInfos over a large content", any, many_signers},
  };
}

}  // namespace rakkan::test
