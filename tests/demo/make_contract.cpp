// rakkan-sample-contract TEXT OUT.pdf: lays out the sample contract (contract.ja.txt) as a PDF of several A4 pages with
// embedded subsets of the IPAex fonts. The only program that uses PoDoFo: Rakkan itself neither makes nor rewrites
// documents. The same text gives the same bytes: no clock, no randomness.
#include <podofo/podofo.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace podofo = PoDoFo;

constexpr double kPageWidth = 595.276;  // A4 in points
constexpr double kPageHeight = 841.89;
constexpr double kMargin = 72;
constexpr double kTop = kPageHeight - 78;
constexpr double kBottom = 82;
constexpr double kBodySize = 10.5;
constexpr double kBodyLeading = 17.6;
constexpr const char* kMincho = "/usr/share/fonts/opentype/ipaexfont-mincho/ipaexm.ttf";
constexpr const char* kGothic = "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf";

// One UTF-8 encoded character at a time; the text is ours, so malformed UTF-8 is a mistake of the author.
std::vector<std::string> characters_of(std::string_view text) {
  std::vector<std::string> characters;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size == 4 || at + size > text.size()) {
      throw std::runtime_error("a character outside the basic plane, which PoDoFo 0.9 cannot draw, or broken UTF-8");
    }
    characters.emplace_back(text.substr(at, size));
    at += size;
  }
  return characters;
}

bool is_latin(const std::string& character) { return character.size() == 1 && character != " "; }

// 行頭禁則: what must not begin a line; 行末禁則: what must not end one.
bool cannot_begin(const std::string& character) {
  constexpr std::string_view kCharacters = "、。，．）」』】〕・ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々,.)";
  return kCharacters.find(character) != std::string_view::npos;
}
bool cannot_end(const std::string& character) {
  constexpr std::string_view kCharacters = "（「『【〔(";
  return kCharacters.find(character) != std::string_view::npos;
}

podofo::PdfString text_string(std::string_view utf8) {
  return podofo::PdfString(reinterpret_cast<const podofo::pdf_utf8*>(std::string(utf8).c_str()));
}

class Layout {
 public:
  // `page_count` stands at the foot of each page: the first layout of a text finds it, the second prints it.
  explicit Layout(int page_count) : page_count_(page_count) {
    mincho_ = load("IPAexMincho", kMincho);
    gothic_ = load("IPAexGothic", kGothic);
  }

  void title(std::string_view text) {
    title_ = text;
    down(10);
    centred(gothic_, 18, text);
    down(30);
  }
  void subtitle(std::string_view text) {
    number_ = text;
    centred(mincho_, kBodySize, text);
    down(24);
  }
  void right_aligned(std::string_view text) {
    draw(mincho_, kBodySize, kPageWidth - kMargin - width(mincho_, kBodySize, text), text);
    down(28);
  }
  void article(std::string_view text) {
    heading("第" + std::to_string(++article_) + "条（" + std::string(text) + "）");
    item_ = 0;
  }
  void heading(std::string_view text) {
    down(7);
    need(3 * kBodyLeading);  // a heading never stands alone at the foot of a page
    draw(gothic_, 11, kMargin, text);
    down(kBodyLeading + 1);
  }
  void paragraph(std::string_view text) {
    item_ = 0;
    block(0, 0, text);
    down(2);
  }
  void item(std::string_view text) { block(15, 36, "（" + std::to_string(++item_) + "）" + std::string(text)); }
  void party_row(std::string_view label, std::string_view value) {
    if (value.empty()) {
      need(5 * kBodyLeading);
      draw(gothic_, 13, kMargin + 6, label);
      return;  // the first row stands beside the party's letter
    }
    need(kBodyLeading);
    draw(gothic_, 9, kMargin + 40, label);
    draw(mincho_, kBodySize, kMargin + 120, value);
    down(kBodyLeading + 1);
  }
  void rule() {
    need(2 * kBodyLeading);
    down(-6);
    painter_.SetStrokeWidth(0.5);
    painter_.DrawLine(kMargin, y_, kPageWidth - kMargin, y_);
    down(20);
  }

  int finish() {
    finish_page();
    return page_;
  }

  void write(const std::string& path) {
    document_.SetPdfVersion(podofo::ePdfVersion_1_7);
    podofo::PdfInfo* info = document_.GetInfo();
    info->SetTitle(text_string(title_));
    info->SetAuthor(text_string("株式会社みなと電子"));
    podofo::PdfDictionary& dictionary = info->GetObject()->GetDictionary();
    dictionary.AddKey(podofo::PdfName("CreationDate"), podofo::PdfString("D:20261124000000Z"));
    dictionary.AddKey(podofo::PdfName("ModDate"), podofo::PdfString("D:20261124000000Z"));
    document_.GetCatalog()->GetDictionary().AddKey(podofo::PdfName("Lang"), podofo::PdfString("ja-JP"));
    document_.Write(path.c_str());
  }

 private:
  podofo::PdfFont* load(const char* name, const char* file) {
    podofo::PdfFont* font =
        document_.CreateFontSubset(name, false, false, false, new podofo::PdfIdentityEncoding(0, 0xFFFF, true), file);
    if (font == nullptr) {
      throw std::runtime_error(std::string("cannot load ") + file + " (Debian package fonts-ipaexfont)");
    }
    return font;
  }

  static double width(podofo::PdfFont* font, double size, std::string_view text) {
    font->SetFontSize(static_cast<float>(size));
    return font->GetFontMetrics()->StringWidth(text_string(text));
  }

  void down(double points) { y_ -= points; }
  void need(double points) {
    if (page_ == 0 || y_ - points < kBottom) {
      new_page();
    }
  }
  void new_page() {
    if (page_ > 0) {
      finish_page();
    }
    ++page_;
    painter_.SetPage(document_.CreatePage(podofo::PdfRect(0, 0, kPageWidth, kPageHeight)));
    y_ = kTop;
  }
  void finish_page() {
    const std::string number = std::to_string(page_) + " / " + std::to_string(page_count_);
    painter_.SetStrokeWidth(0.3);
    painter_.DrawLine(kMargin, 62, kPageWidth - kMargin, 62);
    draw_at(mincho_, 8.5, kMargin, 48, title_ + "　" + number_);
    draw_at(mincho_, 8.5, kPageWidth - kMargin - width(mincho_, 8.5, number), 48, number);
    painter_.FinishPage();
  }
  void draw(podofo::PdfFont* font, double size, double x, std::string_view text) {
    need(0);
    draw_at(font, size, x, y_, text);
  }
  void draw_at(podofo::PdfFont* font, double size, double x, double y, std::string_view text) {
    font->SetFontSize(static_cast<float>(size));
    painter_.SetFont(font);
    painter_.DrawText(x, y, text_string(text));
  }
  void centred(podofo::PdfFont* font, double size, std::string_view text) {
    draw(font, size, (kPageWidth - width(font, size, text)) / 2, text);
  }

  // Fills lines from `first_indent`, the later ones from `indent`.
  void block(double first_indent, double indent, std::string_view text) {
    const std::vector<std::string> characters = characters_of(text);
    double left = first_indent;
    for (std::size_t begin = 0; begin < characters.size();) {
      const std::size_t end = line_end(characters, begin, kPageWidth - 2 * kMargin - left);
      std::string line;
      for (std::size_t i = begin; i < end; ++i) {
        line += characters[i];
      }
      need(kBodyLeading);
      draw(mincho_, kBodySize, kMargin + left, line);
      down(kBodyLeading);
      begin = end;
      left = indent;
    }
  }

  std::size_t line_end(const std::vector<std::string>& characters, std::size_t begin, double room) const {
    std::size_t end = begin;
    for (double used = 0; end < characters.size(); ++end) {
      used += width(mincho_, kBodySize, characters[end]);
      // 。and 、 may hang into the margin (ぶら下げ).
      if (used > room && !(characters[end] == "。" || characters[end] == "、")) {
        break;
      }
    }
    if (end == characters.size()) {
      return end;
    }
    std::size_t cut = end;
    while (cut > begin + 1 && (cannot_begin(characters[cut]) || cannot_end(characters[cut - 1]) ||
                               (is_latin(characters[cut]) && is_latin(characters[cut - 1])))) {
      --cut;
    }
    return cut > begin + 1 ? cut : end;
  }

  podofo::PdfMemDocument document_;
  podofo::PdfPainter painter_;
  podofo::PdfFont* mincho_ = nullptr;
  podofo::PdfFont* gothic_ = nullptr;
  int page_ = 0;
  int page_count_;
  double y_ = 0;
  int article_ = 0;
  int item_ = 0;
  std::string title_;
  std::string number_;
};

void lay_out_line(Layout& layout, std::string_view line) {
  const std::string_view rest = line.substr(1);
  switch (line.front()) {
    case ';':
      return;
    case '=':
      return layout.title(rest);
    case '+':
      return layout.subtitle(rest);
    case '#':
      return layout.article(rest);
    case '!':
      return layout.heading(rest);
    case '*':
      return layout.item(rest);
    case '>':
      return layout.right_aligned(rest);
    case '-':
      return layout.rule();
    case '@': {
      const std::size_t bar = rest.find('|');
      if (bar == std::string_view::npos) {
        throw std::runtime_error("a party row without |");
      }
      return layout.party_row(rest.substr(0, bar), rest.substr(bar + 1));
    }
    default:
      return layout.paragraph(line);
  }
}

// Returns the number of pages.
int lay_out(Layout& layout, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    lay_out_line(layout, line);
  }
  return layout.finish();
}

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream text(path);
  if (!text) {
    throw std::runtime_error("cannot read " + path);
  }
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) {
    if (!line.empty()) {
      lines.push_back(line);
    }
  }
  return lines;
}

// PoDoFo derives /ID from the clock: it is replaced by one derived from the file, of the same length.
void make_identifier_reproducible(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream content;
  content << in.rdbuf();
  std::string pdf = content.str();
  const std::size_t begin = pdf.rfind("/ID");
  if (begin == std::string::npos) {
    throw std::runtime_error("PoDoFo wrote no /ID");
  }
  const std::size_t end = pdf.find(']', begin);
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a; an identifier, not a proof
  for (std::size_t i = 0; i < begin; ++i) {
    hash = (hash ^ static_cast<unsigned char>(pdf[i])) * 1099511628211U;
  }
  for (std::size_t i = begin; i < end; ++i) {
    if (std::isxdigit(static_cast<unsigned char>(pdf[i])) != 0 && i > begin + 2) {
      pdf[i] = "0123456789ABCDEF"[(hash >> (4 * (i % 16))) & 0xF];
    }
  }
  std::ofstream(path, std::ios::binary) << pdf;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: rakkan-sample-contract TEXT OUT.pdf\n";
    return 3;
  }
  try {
    const std::vector<std::string> lines = read_lines(argv[1]);
    podofo::PdfError::EnableDebug(false);
    podofo::PdfError::EnableLogging(false);
    Layout draft(0);
    Layout layout(lay_out(draft, lines));
    lay_out(layout, lines);
    layout.write(argv[2]);
    make_identifier_reproducible(argv[2]);
    return 0;
  } catch (const podofo::PdfError& error) {
    std::cerr << "rakkan-sample-contract: " << podofo::PdfError::ErrorName(error.GetError()) << '\n';
  } catch (const std::exception& error) {
    std::cerr << "rakkan-sample-contract: " << error.what() << '\n';
  }
  return 3;
}
