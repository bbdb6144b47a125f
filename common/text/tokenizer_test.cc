// Words and lemmas with the dictionary that is installed.
#include "common/text/tokenizer.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace mamori::text {
namespace {

using ::testing::ElementsAre;

Tokenizer& Loaded() {
  static LazyTokenizer* const lazy = new LazyTokenizer();
  const auto tokenizer = lazy->Get();
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return **tokenizer;
}

std::vector<std::string> Content(std::string_view text) {
  std::vector<std::string> lemmas;
  for (const Word& word : Loaded().Words(text)) {
    if (word.word_class != WordClass::kOther && !word.dependent) lemmas.push_back(word.lemma);
  }
  return lemmas;
}

TEST(TokenizerTest, InflectedWordsHaveOneLemma) {
  EXPECT_THAT(Content("怒鳴られました"), ElementsAre("怒鳴る"));
  EXPECT_THAT(Content("怒鳴っていた"), ElementsAre("怒鳴る"));
  EXPECT_THAT(Content("担当者を交代させろと要求した"), ElementsAre("担当", "交代", "要求"));
}

TEST(TokenizerTest, SurfacesAreTheTextItself) {
  const std::string text = "サーバーが止まった。hello world";
  std::string all;
  for (const Word& word : Loaded().Words(text)) {
    EXPECT_GE(word.surface.data(), text.data());
    EXPECT_LE(word.surface.data() + word.surface.size(), text.data() + text.size());
    all += word.surface;
  }
  EXPECT_EQ(all, "サーバーが止まった。helloworld");
}

TEST(TokenizerTest, BytesThatAreNoTextDoNoHarm) {
  for (const std::string& text : {std::string(), std::string("\xff\xfe\xe3"), std::string(3, '\0'),
                                  std::string(2 << 20, 'a'), std::string(100000, '\xe3')}) {
    Loaded().Words(text);
  }
}

TEST(TokenizerTest, LongTextsAreReadWhole) {
  std::string text, all;
  for (int i = 0; i < 500; ++i) text += "担当者に怒鳴られた";
  for (const Word& word : Loaded().Words(text)) all += word.surface;
  EXPECT_EQ(all, text);
}

TEST(TokenizerTest, ThreadsShareTheDictionary) {
  const std::string text = "同じ要求が何度も繰り返された。";
  const std::vector<std::string> want = Content(text);
  std::vector<std::thread> threads;
  std::vector<int> same(4);
  for (size_t i = 0; i < same.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 200; ++k) same[i] += Content(text) == want;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(same, ElementsAre(200, 200, 200, 200));
}

TEST(TokenizerTest, WithoutADictionaryItSaysSo) {
  EXPECT_EQ(Tokenizer::Load("/nowhere").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(CheckDictionary("/nowhere").code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace mamori::text
