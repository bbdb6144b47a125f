#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/text/mapped_text.h"
#include "common/text/passages.h"

namespace mamori::text {
namespace {

std::string At(const std::string& text, const Span& span) {
  return text.substr(span.begin, span.size());
}

// Where `part` of the folded and unmasked text stands in `source`.
std::string SourceOf(const std::string& source, const std::string& part) {
  const MappedText folded = Fold(source);
  const MappedText bare = Unmask(folded.text());
  const size_t at = bare.text().find(part);
  if (at == std::string::npos) return "not in: " + bare.text();
  return At(source, folded.ToSource(bare.ToSource({at, at + part.size()})));
}

TEST(Fold, KnowsWhereEveryCharacterCameFrom) {
  const std::string source = "Ｔｅｌ：ﾊﾞｶ①㈱\u200bＡ";
  const MappedText folded = Fold(source);
  EXPECT_EQ(folded.text(), "tel:バカ1(株)a");
  const size_t at = folded.text().find("バカ");
  EXPECT_EQ(At(source, folded.ToSource({at, at + 6})), "ﾊﾞｶ");
  const size_t kabu = folded.text().find("株");
  EXPECT_EQ(At(source, folded.ToSource({kabu, kabu + 3})), "㈱");
  EXPECT_EQ(At(source, folded.ToSource({folded.text().size() - 1, folded.text().size()})), "Ａ");
}

TEST(Fold, ReadsBrokenAndEmptyText) {
  EXPECT_EQ(Fold("").text(), "");
  EXPECT_EQ(Fold("A\xff"
                 "B")
                .text(),
            "a\xff"
            "b");
  EXPECT_EQ(Fold("").ToSource({0, 0}), (Span{0, 0}));
}

TEST(Unmask, FindsWordsUnderTheirMask) {
  struct Row {
    const char* source;
    const char* part;
    const char* original;
  };
  const Row kRows[] = {
      {"「タ ヒ ね」と", "たひね", "タ ヒ ね"},
      {"し・ね！", "しね", "し・ね"},
      {"ﾊﾞーーｶ", "ばか", "ﾊﾞーーｶ"},
      {"死○だ", "死○", "死○"},
      {"you br@indead", "braindead", "br@indead"},
      {"d1e in a f1re", "die in a fire", "d1e in a f1re"},
      {"s.t.u.p.i.d cow", "stupid", "s.t.u.p.i.d"},
      {"Ｋ　Ｙ　Ｓ now", "kys", "Ｋ　Ｙ　Ｓ"},
  };
  for (const Row& row : kRows) EXPECT_EQ(SourceOf(row.source, row.part), row.original);
}

TEST(Unmask, LeavesNumbersAndWordsAlone) {
  EXPECT_EQ(Unmask("invoice 4471, at 10 a.m. on x").text(), "invoice 4471, at 10 a.m. on x");
}

TEST(Unmask, TellsWhatWasHidden) {
  const MappedText hidden = Unmask("し ね");
  EXPECT_TRUE(hidden.Altered({0, hidden.text().size()}));
  const MappedText kana = Unmask("バカ");
  EXPECT_EQ(kana.text(), "ばか");
  EXPECT_FALSE(kana.Altered({0, kana.text().size()}));
}

TEST(Passages, FindSentencesAndClauses) {
  const std::string text =
      "電話で「殺すぞ。待ってろ」と言われ、切れた。Then he left, v1.2 too. End";
  const auto find = [&](const std::string& part) {
    const size_t at = text.find(part);
    return Span{at, at + part.size()};
  };
  EXPECT_EQ(At(text, SentenceAround(text, find("待って"))), "待ってろ」と言われ、切れた。");
  EXPECT_EQ(At(text, SentenceAround(text, find("v1"))), "Then he left, v1.2 too.");
  EXPECT_EQ(At(text, ClauseAround(text, find("待"), 100)), "待ってろ");
  EXPECT_EQ(At(text, ClauseAround(text, find("v1"), 100)), "v1.2 too");
  EXPECT_EQ(ClauseAround(text, find("v1"), 4), find("v1"));
}

TEST(Passages, FindQuotations) {
  const std::string text = "a 「b『c』」 \"d\" e「f";
  const std::vector<Span> quotations = Quotations(text);
  ASSERT_EQ(quotations.size(), 2u);
  EXPECT_EQ(At(text, quotations[0]), "「b『c』」");
  EXPECT_EQ(At(text, quotations[1]), "\"d\"");
  const size_t c = text.find('c');
  EXPECT_EQ(QuotationAround(quotations, {c, c + 1}), quotations.data());
  EXPECT_EQ(QuotationAround(quotations, {0, 1}), nullptr);
  const size_t f = text.find('f');
  EXPECT_EQ(QuotationAround(quotations, {f, f + 1}), nullptr);
}

// A quarter of the text takes about a quarter of the time: the largest report stays cheap.
TEST(Text, TakesTheLargestReport) {
  std::string text;
  while (text.size() < 65000) text += "ﾊﾞｶ し ね 「ｓｔｕｐｉｄ」、 s t u p i d. ";
  const MappedText folded = Fold(text);
  const MappedText bare = Unmask(folded.text());
  EXPECT_EQ(folded.ToSource({0, folded.text().size()}), (Span{0, text.size()}));
  EXPECT_GT(Quotations(folded.text()).size(), 1000u);
  EXPECT_NE(bare.text().find("しね"), std::string::npos);
}

}  // namespace
}  // namespace mamori::text
