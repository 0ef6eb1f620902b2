// A form is read the same however it is cut, and wherever it is received. The first byte says into which pieces.
#include <cstdlib>

#include "rakkan/async/task.hpp"
#include "rakkan/http/multipart.hpp"
#include "support/memory_body.hpp"

namespace {
using namespace rakkan;

async::Task<Result<std::string>> read(http::Body& body) {
  RAKKAN_CO_TRY(http::MultipartReader form,
                http::MultipartReader::open("multipart/form-data; boundary=b", body, {"request", "document"}));
  RAKKAN_CO_TRY(const WipedBytes request, co_await form.field("request", "application/json", 64));
  std::string all(text_of(request));
  const std::function<void(ByteView)> arrived = [&](ByteView bytes) { all += text_of(bytes); };
  RAKKAN_CO_TRY(const http::DocumentBuffer document,
                co_await form.document("document", "application/pdf", 256, arrived));
  RAKKAN_CO_CHECK(co_await form.finish());
  co_return text_of(document.view()) == all.substr(request.size()) ? all : "not what arrived";
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView text = size > 0 ? ByteView(data, size).subspan(1) : ByteView();
  test::MemoryBody whole(copy_of(text), size + 1);
  const auto one = async::block_on(read(whole));
  for (const auto into : {test::MemoryBody::Into::own, test::MemoryBody::Into::readers}) {
    test::MemoryBody cut(copy_of(text), size > 0 ? data[0] % 16U + 1 : 1, into);
    const auto other = async::block_on(read(cut));
    const bool same = one.has_value() == other.has_value() && (!one || (*one == *other && *one != "not what arrived"));
    if (!same) {
      std::abort();
    }
  }
  return 0;
}
