#include "services/triage/actor_name_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/text/mapped_text.h"

namespace mamori::triage {
namespace {

// Everything here is as text::Fold leaves it; what Plain has gone over besides stands in hiragana.
constexpr std::array kLegalForms = {"株式会社",     "有限会社",
                                    "合同会社",     "合資会社",
                                    "合名会社",     "一般社団法人",
                                    "公益社団法人", "一般財団法人",
                                    "公益財団法人", "医療法人社団",
                                    "医療法人",     "学校法人",
                                    "社会福祉法人", "特定非営利活動法人",
                                    "npo法人",      "(株)",
                                    "(有)",         "(同)",
                                    "(資)",         "(名)",
                                    "(医)",         "(学)",
                                    "(福)",         "(社)",
                                    "(財)"};
constexpr std::array kLatinForms = {"co",  "company",      "corp", "corporation", "gmbh",
                                    "inc", "incorporated", "kk",   "limited",     "llc",
                                    "llp", "ltd",          "plc"};
constexpr std::array kHonorifics = {"様",   "さま", "さん", "ちゃん", "くん", "君",
                                    "氏",   "殿",   "先生", "御中",   "社長", "会長",
                                    "専務", "常務", "部長", "次長",   "課長", "係長",
                                    "主任", "店長", "所長", "室長",   "副",   "本"};
// Those that are only ever part of a longer title stand last in kHonorifics: 副社長, 本部長.
constexpr size_t kTitleParts = 2;
constexpr std::array kLatinTitles = {"dr", "miss", "mr",   "mrs", "ms",
                                     "mx", "prof", "sama", "san", "sir"};
constexpr std::array kNobody = {
    "不明",    "匿名", "名無し",     "男性", "女性",      "男",      "女",
    "客",      "顧客", "取引先",     "担当", "担当者",    "本人",    "相手",
    "上司",    "同僚", "部下",       "先輩", "後輩",      "当社",    "弊社",
    "なし",    "無し", "わからない", "お客", "anonymous", "client",  "customer",
    "manager", "a n",  "nobody",     "none", "someone",   "unknown", "user"};
constexpr std::array kPoliteEnds = {"してください", "してもらいたい", "してほしい", "するように",
                                    "すること",     "して下さい",     "して欲しい", "しろ",
                                    "せよ",         "して",           "する",       "ください",
                                    "please"};
// Kanji that are written in two ways in one name; pairs of old and common.
constexpr std::pair<char32_t, char32_t> kForms[] = {
    {U'髙', U'高'}, {U'﨑', U'崎'}, {U'邊', U'辺'}, {U'邉', U'辺'}, {U'澤', U'沢'}, {U'濱', U'浜'},
    {U'濵', U'浜'}, {U'齋', U'斎'}, {U'齊', U'斉'}, {U'廣', U'広'}, {U'國', U'国'}, {U'櫻', U'桜'},
    {U'德', U'徳'}, {U'眞', U'真'}, {U'瀨', U'瀬'}, {U'𠮷', U'吉'}};
constexpr std::u32string_view kSmallKana = U"ぁぃぅぇぉっゃゅょゎ";
constexpr std::u32string_view kLargeKana = U"あいうえおつやゆよわ";
// "A" of "A氏" is nobody's name.
constexpr size_t kMinLatinBytes = 2;
constexpr size_t kMinDemandLetters = 4;

// Folded text is well-formed, but where the sender's was not.
std::u32string Decode(std::string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t point = size == 1 ? lead : lead & (0xffu >> (size + 1));
    for (size_t k = 1; k < size && i + k < text.size(); ++k) {
      point = point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3fu);
    }
    out.push_back(point);
    i += size;
  }
  return out;
}

void Encode(char32_t point, std::string& out) {
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
    return;
  }
  const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  constexpr unsigned kLead[] = {0, 0xc0, 0xe0, 0xf0};
  out.push_back(static_cast<char>(kLead[more] | point >> (6 * more)));
  for (int k = more - 1; k >= 0; --k) {
    out.push_back(static_cast<char>(0x80 | (point >> (6 * k) & 0x3f)));
  }
}

char32_t Common(char32_t point) {
  if (point >= U'ァ' && point <= U'ヶ') point -= U'ァ' - U'ぁ';
  if (const size_t at = kSmallKana.find(point); at != std::u32string_view::npos)
    return kLargeKana[at];
  for (const auto& [old, common] : kForms) {
    if (point == old) return common;
  }
  return point;
}

// Marks of punctuation and lengthening; spaces are kept.
bool IsMark(char32_t point) {
  if (point < 0x80) return point != ' ' && !absl::ascii_isalnum(static_cast<unsigned char>(point));
  return point == U'ー' || point == U'・' || (point >= U'‐' && point <= U'―') || point == U'−' ||
         (point >= U'、' && point <= U'〕' && point != U'々' && point != U'〆') || point == U'’' ||
         point == U'“' || point == U'”';
}

// Letters, digits and single spaces, in their common form.
std::string Plain(std::string_view folded) {
  std::string out;
  for (const char32_t point : Decode(folded)) {
    if (point == ' ' || point == '\t' || point == '\n' || point == U'　' || point == ',' ||
        point == '-' || point == '/') {
      if (!out.empty() && out.back() != ' ') out.push_back(' ');
    } else if (!IsMark(point)) {
      Encode(Common(point), out);
    }
  }
  absl::StripTrailingAsciiWhitespace(&out);
  return out;
}

template <typename List>
bool Holds(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// Takes one of `ends` off, but never all that there is.
template <typename List>
bool StripOne(const List& ends, size_t count, std::string& text) {
  for (size_t i = 0; i < count; ++i) {
    const std::string_view end = ends[i];
    if (text.size() > end.size() && text.ends_with(end)) {
      text.erase(text.size() - end.size());
      absl::StripTrailingAsciiWhitespace(&text);
      return true;
    }
  }
  return false;
}

bool IsLatin(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string Joined(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

std::string Organisation(std::string_view folded) {
  std::string text(folded);
  for (const char* form : kLegalForms) text = absl::StrReplaceAll(text, {{form, " "}});
  // As banks write it.
  for (const std::string_view form : {"カ)", "(カ", "ユ)", "(ユ", "株)", "(株"}) {
    if (text.starts_with(form)) text.erase(0, form.size());
    if (text.ends_with(form)) text.erase(text.size() - form.size());
  }
  text = Plain(text);
  while (StripOne(std::array{"御中", "様", "さま", "さん"}, 4, text)) {
  }
  std::vector<std::string> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  while (words.size() > 1 && Holds(kLatinForms, words.back())) words.pop_back();
  if (words.size() > 1 && words.front() == "the") words.erase(words.begin());
  return absl::StrJoin(words, "");
}

std::string Person(std::string_view folded) {
  std::string text = Plain(folded);
  while (StripOne(kHonorifics, kHonorifics.size() - kTitleParts, text)) {
    StripOne(std::array{kHonorifics[kHonorifics.size() - 2], kHonorifics.back()}, kTitleParts,
             text);
  }
  std::vector<std::string> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  while (words.size() > 1 && Holds(kLatinTitles, words.front())) words.erase(words.begin());
  while (words.size() > 1 && Holds(kLatinTitles, words.back())) words.pop_back();
  // "Tanaka Taro" and "Taro Tanaka" are one.
  if (IsLatin(text)) std::sort(words.begin(), words.end());
  return absl::StrJoin(words, IsLatin(text) ? " " : "");
}

std::string Handle(std::string_view folded) {
  std::string handle = Joined(std::string(folded));
  while (handle.ends_with('/')) handle.pop_back();
  // The last part of an address; npos + 1 is the beginning.
  handle.erase(0, handle.rfind('/') + 1);
  handle.erase(0, std::min(handle.find_first_not_of('@'), handle.size()));
  return handle;
}

}  // namespace

std::string NormaliseName(v1::ActorKind kind, std::string_view name) {
  const std::string folded = text::Fold(name).text();
  std::string result;
  switch (kind) {
    case v1::ACTOR_KIND_PERSON:
      result = Person(folded);
      break;
    case v1::ACTOR_KIND_ORGANISATION:
      result = Organisation(folded);
      break;
    case v1::ACTOR_KIND_ONLINE_HANDLE:
      result = Handle(folded);
      break;
    default:
      return "";
  }
  if (Holds(kNobody, result) || (IsLatin(result) && result.size() < kMinLatinBytes)) return "";
  return result;
}

std::string NormaliseDemand(std::string_view demand) {
  std::string text = Joined(Plain(text::Fold(demand).text()));
  while (StripOne(kPoliteEnds, kPoliteEnds.size(), text)) {
  }
  return Decode(text).size() < kMinDemandLetters ? "" : text;
}

}  // namespace mamori::triage
