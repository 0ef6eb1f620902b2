// Hostile streams: what inflates to a multiple of itself, predictors, object streams, metadata.
#include "integration/verify/hostile/workshop.hpp"

namespace rakkan::test {
namespace {

constexpr std::size_t kBomb = 64UL << 20;  // bytes that inflate from a thousandth of it

std::string stream_body(const std::string& entries, const std::string& data) {
  return "<<" + entries + "/Length " + std::to_string(data.size()) + ">>\nstream\n" + data + "\nendstream";
}

// A signed document whose store has the stream so many times.
Hostile store_of(Workshop& workshop, const std::string& body, std::uint32_t times) {
  SamplePdf sample;
  std::string elements;
  for (std::uint32_t i = 0; i < times; ++i) {
    elements += std::to_string(100 + i) + " 0 R ";
    sample.objects.emplace_back(100 + i, body);
  }
  sample.catalog = "/DSS 40 0 R";
  sample.objects.emplace_back(40, "<</Certs[" + elements + "]>>");
  return {.file = workshop.signed_document(sample)};
}

Hostile bombs(Workshop& workshop) {
  return store_of(workshop, stream_body("/Filter/FlateDecode", deflated(std::string(kBomb, '0'))), 15);
}

Hostile bombs_in_bombs(Workshop& workshop) {
  const std::string twice = deflated(deflated(std::string(kBomb, '0')));
  return store_of(workshop, stream_body("/Filter[/FlateDecode/FlateDecode]", twice), 2000);
}

Hostile many_filters(Workshop& workshop) {
  std::string data(1000, '0');
  std::string filters;
  for (int i = 0; i < 200; ++i) {
    data = deflated(data);
    filters += "/FlateDecode";
  }
  return store_of(workshop, stream_body("/Filter[" + filters + "]", data), 200);
}

Hostile predictors(Workshop& workshop) {
  SamplePdf sample;
  std::string elements;
  std::uint32_t number = 100;
  const std::string data = deflated(std::string(kBomb, '\1'));
  for (const char* const parameters :
       {"/Predictor 15/Columns 1", "/Predictor 12/Columns 2147483647", "/Predictor 2/Columns 1",
        "/Predictor 15/Columns 1/Colors 2147483647", "/Predictor 2/Columns 2147483647/Colors 32/BitsPerComponent 16",
        "/Predictor 11/Columns 67108863", "/Predictor 14/Columns 3", "/Predictor 2/BitsPerComponent 1/Columns 7"}) {
    elements += std::to_string(number) + " 0 R ";
    sample.objects.emplace_back(
        number++, stream_body("/Filter/FlateDecode/DecodeParms<<" + std::string(parameters) + ">>", data));
  }
  sample.catalog = "/DSS 40 0 R";
  sample.objects.emplace_back(40, "<</Certs[" + elements + "]>>");
  return {.file = workshop.signed_document(sample)};
}

// The object streams of the signed revision are read when an update follows.
Hostile object_streams(Workshop& workshop) {
  constexpr std::uint32_t kStreams = 15;
  constexpr std::uint32_t kFirst = 2000;
  std::string header;
  for (std::uint32_t i = 0; i < kStreams; ++i) {
    header += std::to_string(kFirst + i) + " 0 ";
  }
  const std::string data = deflated(header + "(" + std::string(kBomb, 'x') + ")");
  const std::string entries =
      "/Type/ObjStm/N " + std::to_string(kStreams) + "/First " + std::to_string(header.size()) + "/Filter/FlateDecode";
  PdfBuilder builder = SignedPdf{.form = XrefForm::stream}.builder();
  for (std::uint32_t i = 0; i < kStreams; ++i) {
    builder.stream(1000 + i, entries, data).entry(kFirst + i, 2, 1000 + i, i);
  }
  builder.xref_stream(builder.size(), "/Root 1 0 R");
  const std::string base = fill_byte_range(builder.text());
  PdfBuilder update(bytes_of(base), builder.last_section(), builder.size());
  update.object(60, "(x)").xref_stream(update.size(), "/Root 1 0 R");
  static_cast<void>(workshop);
  return {.file = update.bytes()};
}

// An object stream that every one of very many objects stands in.
Hostile one_object_stream_of_many(Workshop& workshop) {
  std::vector<std::pair<std::uint32_t, std::string>> objects;
  for (std::uint32_t i = 0; i < 60'000; ++i) {
    objects.emplace_back(1000 + i, "[" + std::to_string(1000 + i) + " 0 R]");
  }
  PdfBuilder builder = SignedPdf{.form = XrefForm::stream}.builder();
  builder.object_stream(900, objects, false).xref_stream(builder.size(), "/Root 1 0 R");
  const std::string base = fill_byte_range(builder.text());
  PdfBuilder update(bytes_of(base), builder.last_section(), builder.size());
  update.object(60, "(x)").xref_stream(update.size(), "/Root 1 0 R");
  static_cast<void>(workshop);
  return {.file = update.bytes()};
}

// Cross-reference streams of millions of rows, in a chain.
Hostile cross_reference_streams(Workshop& workshop) {
  constexpr std::uint32_t kFirst = 100'000;
  constexpr std::uint32_t kRows = 8'000'000;
  const std::string rows = deflated(std::string(std::size_t{kRows} * 7, '\0'));
  std::string text(text_of(workshop.signed_document({.form = XrefForm::stream})));
  std::uint64_t previous = value_or_throw(pdf::Document::open(bytes_of(text))).newest().offset;
  for (int i = 0; i < 15; ++i) {
    const std::uint64_t offset = text.size();
    text += "90 0 obj\n" +
            stream_body("/Type/XRef/W[1 4 2]/Root 1 0 R/Size " + std::to_string(kFirst + kRows) + "/Index[" +
                            std::to_string(kFirst) + " " + std::to_string(kRows) + "]/Prev " +
                            std::to_string(previous) + "/Filter/FlateDecode",
                        rows) +
            "\nendobj\nstartxref\n" + std::to_string(offset) + "\n%%EOF\n";
    previous = offset;
  }
  return {.file = copy_of(bytes_of(text))};
}

Hostile metadata(Workshop& workshop) {
  constexpr std::size_t kDeep = kMegabyte / 8;
  const std::string deep = "<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'>" + repeated("<a>", kDeep) +
                           repeated("</a>", kDeep) + "</x:xmpmeta><?xpacket end='w'?>";
  PdfBuilder update = Workshop::behind(workshop.signed_document(
      {.catalog = "/Metadata 44 0 R", .objects = {{44, stream_body("/Type/Metadata/Subtype/XML", "<x/>")}}}));
  update.stream(44, "/Type/Metadata/Subtype/XML", deep).table("/Root 1 0 R");
  return {.file = update.bytes()};
}

Hostile metadata_bomb(Workshop& workshop) {
  const std::string large = "<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'>" +
                            repeated("<a>text</a>", kBomb / 11) + "</x:xmpmeta><?xpacket end='w'?>";
  PdfBuilder update = Workshop::behind(workshop.signed_document(
      {.catalog = "/Metadata 44 0 R", .objects = {{44, stream_body("/Type/Metadata/Subtype/XML", "<x/>")}}}));
  for (int i = 0; i < 8; ++i) {
    update.stream(44, "/Type/Metadata/Subtype/XML/Filter/FlateDecode", deflated(large)).table("/Root 1 0 R");
  }
  return {.file = update.bytes()};
}

}  // namespace

std::vector<HostileRow> hostile_streams() {
  const std::vector<int> any{1, 2, 3};
  return {
      {"streams that inflate to a gigabyte", any, bombs},
      {"streams that inflate twice", any, bombs_in_bombs},
      {"two hundred filters", any, many_filters},
      {"predictors", any, predictors},
      {"object streams that inflate to a gigabyte", any, object_streams},
      {"sixty thousand objects in one object stream", any, one_object_stream_of_many},
      {"cross-reference streams of millions of rows", any, cross_reference_streams},
      {"metadata a hundred thousand elements deep", {0, 1, 2, 3}, metadata},
      {"metadata that inflate", any, metadata_bomb},
  };
}

}  // namespace rakkan::test
