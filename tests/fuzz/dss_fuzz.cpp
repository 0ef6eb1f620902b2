// A document security store from outside: read within its limits, and grown without losing anything.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "rakkan/pades/dss.hpp"
#include "support/fixed_random.hpp"

namespace {

[[noreturn]] void violated(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

void check_indices(const rakkan::pades::Dss& dss) {
  const auto in_range = [&dss](std::size_t index) { return index < dss.streams.size(); };
  for (const auto* indices : {&dss.certificates, &dss.ocsp_responses, &dss.crls}) {
    if (!std::all_of(indices->begin(), indices->end(), in_range)) {
      violated("an index names no stream");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rakkan;
  pdf::Limits limits;
  limits.max_inflated = 1 << 20;
  const auto document = pdf::Document::open({data, size}, limits);
  if (!document) {
    return 0;
  }
  const auto before = pades::Dss::read(*document);
  if (before && *before) {
    check_indices(**before);
  }
  const Bytes certificate{0x30, 0x01, 0x41}, list{0x30, 0x01, 0x42};
  const pades::ValidationData evidence{{certificate}, {}, {list}, {{.name = std::string(40, 'A'), .crls = {0}}}};
  test::FixedRandom random;
  const auto revision = pades::write_dss(*document, evidence, {}, random);
  if (!revision || revision->tail.empty()) {
    return 0;
  }
  if (!before) {
    violated("a store that cannot be read was grown");
  }
  pdf::DocumentBytes bytes(ByteView(data, size));
  bytes.append(revision->tail);
  const auto grown = pdf::Document::open(std::move(bytes), limits);
  // A reading has bounds, to which the update may have added what was missing.
  if (!grown && grown.error().code == ErrorCode::pdf_limit_exceeded) {
    return 0;
  }
  if (!grown) {
    violated("the grown document does not open");
  }
  const auto after = pades::Dss::read(*grown);
  if (!after && after.error().code == ErrorCode::pdf_limit_exceeded) {
    return 0;
  }
  if (!after || !*after) {
    violated("the grown store cannot be read");
  }
  check_indices(**after);
  const auto count = [](const pades::Dss& dss) {
    return dss.certificates.size() + dss.ocsp_responses.size() + dss.crls.size();
  };
  if (*before && count(**after) < count(**before)) {
    violated("the store has lost something");
  }
  if (*before && (*after)->vri.size() < (*before)->vri.size()) {
    violated("/VRI has lost something");
  }
  const auto has = [&](const std::vector<std::size_t>& indices, const Bytes& wanted) {
    return std::any_of(indices.begin(), indices.end(),
                       [&](std::size_t index) { return (*after)->streams[index].bytes == wanted; });
  };
  if (!has((*after)->certificates, certificate) || !has((*after)->crls, list)) {
    violated("what was added is not in the store");
  }
  return 0;
}
