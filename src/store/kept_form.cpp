#include "store/kept_form.hpp"

#include <algorithm>

#include "rakkan/base/fields.hpp"

namespace rakkan::store {
namespace {

// The smallest size lets two rows share a page of 4096 bytes; each further one fills whole overflow pages of 4092
// bytes.
constexpr std::size_t kSmallest = 1'900;
constexpr std::size_t kPage = 4'092;
constexpr std::size_t kLargest = std::size_t{1} << 30;

std::size_t padded(std::size_t size) noexcept {
  if (size <= kSmallest) {
    return kSmallest;
  }
  std::size_t room = kPage;
  while (room < size) {
    room *= 2;
  }
  return room;
}

}  // namespace

Result<Bytes> encode_kept(const KeptSignatureRow& row, const std::vector<std::uint64_t>& certificates) {
  if (row.content.size() > kLargest || certificates.size() > 0xFF) {
    return fail(ErrorCode::invalid_argument, "a signature is too large to be kept", "signature " + row.id.value());
  }
  FieldWriter fields(row.content.size() + 512);
  fields.text(row.id.value()).text(row.tenant.value()).text(row.credential.value()).number(row.intent);
  fields.number(static_cast<std::uint64_t>(row.created.time_since_epoch().count()));
  fields.text(row.level).text(row.missing).text(row.source).text(row.idempotency_key).bytes(row.content);
  fields.number(certificates.size(), 1);
  for (const std::uint64_t number : certificates) {
    fields.number(number);
  }
  const Bytes record = std::move(fields).take();
  FieldWriter stored(padded(record.size() + 4));
  Bytes padded_record = std::move(stored.bytes(record)).take();
  padded_record.resize(padded(padded_record.size()));
  return padded_record;
}

Result<KeptForm> decode_kept(ByteView stored) {
  FieldReader padded_record(stored);
  FieldReader fields(padded_record.bytes());
  KeptForm form;
  KeptSignatureRow& row = form.row;
  row.id = SignatureId(fields.text());
  row.tenant = TenantId(fields.text());
  row.credential = CredentialId(fields.text());
  row.intent = fields.number();
  row.created = Instant(std::chrono::milliseconds(static_cast<std::int64_t>(fields.number())));
  row.level = fields.text();
  row.missing = fields.text();
  row.source = fields.text();
  row.idempotency_key = fields.text();
  row.content = copy_of(fields.bytes());
  for (std::uint64_t left = fields.number(1); left > 0; --left) {
    form.certificates.push_back(fields.number());
  }
  if (!fields.done() || row.id.empty()) {
    return fail(ErrorCode::store_corrupt, "a kept signature has not the form in which it is written");
  }
  return form;
}

}  // namespace rakkan::store
