#include "common/text/text_search.h"

#include <gtest/gtest.h>

#include <string>

namespace mamori::text {
namespace {

// What was found; "-" when nothing was.
std::string Found(const std::string& query, const std::string& text) {
  const auto search = TextSearch::Of(query);
  if (!search) return "no query";
  const auto span = search->Find(text);
  return span ? text.substr(span->begin, span->size()) : "-";
}

TEST(TextSearch, FindsWordsWhateverTheirCaseAndWidth) {
  EXPECT_EQ(Found("refund", "Give me a REFUND now"), "REFUND");
  EXPECT_EQ(Found("ＲＥＦＵＮＤ", "give me a refund"), "refund");
  EXPECT_EQ(Found("返金", "今すぐ返金しろ"), "返金");
  EXPECT_EQ(Found("バカ", "このﾊﾞｶめ"), "ﾊﾞｶ");
  EXPECT_EQ(Found("straße", "In der STRASSE"), "STRASSE");
  EXPECT_EQ(Found("fun", "refund"), "fun");
  EXPECT_EQ(Found("refund", "re fund"), "-");
  EXPECT_EQ(Found("a\u200bb", "AB"), "AB");  // what nobody sees is not looked for
}

TEST(TextSearch, WantsAllPartsInOneText) {
  EXPECT_EQ(Found("now refund", "A refund, now"), "refund");
  EXPECT_EQ(Found("now\u3000refund", "A refund, now"), "refund");
  EXPECT_EQ(Found("later refund", "A refund, now"), "-");
}

TEST(TextSearch, AsksForSomethingToLookFor) {
  for (const char* none : {"", " ", "\u3000", "!?", "。", "\u200b"}) {
    EXPECT_EQ(Found(none, "text"), "no query") << none;
  }
  EXPECT_EQ(Found("\xff\xfe", "text"), "no query");
  EXPECT_EQ(Found("7", "007"), "7");
}

TEST(TextSearch, AnExcerptIsCutBetweenCharacters) {
  const std::string text = "一二三四五六七八九十";
  const auto span = TextSearch::Of("五")->Find(text);
  ASSERT_TRUE(span);
  EXPECT_EQ(Excerpt(text, *span, 9), "四五六");
  EXPECT_EQ(Excerpt(text, *span, 10), "四五六");
  EXPECT_EQ(Excerpt(text, *span, 300), text);
  EXPECT_EQ(Excerpt("a\nb\tc", {2, 3}, 5), "a b c");
  EXPECT_EQ(Excerpt("abc", {0, 3}, 2), "ab");
}

}  // namespace
}  // namespace mamori::text
