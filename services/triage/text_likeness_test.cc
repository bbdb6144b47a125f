// Copies and retellings are told from reports that have nothing to do with one another.
#include "services/triage/text_likeness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "common/policy/sample.h"
#include "common/testing/test_database.h"
#include "services/triage/sketch_postings.h"
#include "services/triage/text_grams.h"
#include "services/triage/text_sketch.h"

namespace mamori::triage {
namespace {

std::vector<std::string> TextsOf(const std::string& name) {
  std::ifstream file(testing::SourceRoot() + "/services/triage/testdata/" + name);
  std::vector<std::string> texts;
  for (std::string line; std::getline(file, line);) {
    const auto sample = policy::ParseSample(line);
    EXPECT_TRUE(sample.ok()) << name << " " << sample.status();
    if (sample.ok()) texts.push_back(sample->report.narrative());
  }
  EXPECT_FALSE(texts.empty()) << name;
  return texts;
}

std::vector<std::string> Unrelated() {
  std::vector<std::string> all;
  for (const char* name : {"dev.jsonl", "further_a.jsonl", "further_b.jsonl"}) {
    for (std::string& text : TextsOf(name)) all.push_back(std::move(text));
  }
  return all;
}

const crypto::ShortHash& Hash() {
  static const auto* const hash =
      new crypto::ShortHash(*crypto::KeyedHash::FromHex(std::string(64, 'a')), "gram", "t");
  return *hash;
}

text::Tokenizer& Loaded() {
  static auto* const lazy = new text::LazyTokenizer();
  return **lazy->Get();
}

// Every `nth` letter of a UTF-8 text is gone.
std::string WithoutEvery(const std::string& text, int nth) {
  std::string out;
  int letters = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++letters;
    if (letters % nth != 0) out.push_back(c);
  }
  return out;
}

TEST(TextGramsTest, WidthCaseAndSpacesChangeNothing) {
  EXPECT_EQ(GramsOf("サーバー ABC 止まった"), GramsOf("ｻｰﾊﾞｰａｂｃ\n止まった"));
  EXPECT_TRUE(GramsOf("あい").empty());
  EXPECT_EQ(GramsOf("aaaaaa").size(), 1u);
  EXPECT_EQ(Containment(GramsOf("一二三四五"), GramsOf("これは一二三四五です")), 1.0);
  EXPECT_EQ(Containment(GramsOf("一二三四五"), GramsOf("六七八九十")), 0.0);
  EXPECT_EQ(Containment({}, GramsOf("一二三")), 0.0);
}

TEST(TextGramsTest, EditedCopiesAreCopiesAndOthersAreNot) {
  const std::vector<std::string> texts = Unrelated();
  int missed = 0, pairs = 0, wrong = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto grams = GramsOf(texts[i]);
    missed += Containment(grams, GramsOf(WithoutEvery(texts[i], 20))) < kCopy;
    missed +=
        Containment(grams, GramsOf("聞いた話ですが、" + texts[i] + texts[(i + 1) % texts.size()])) <
        kCopy;
    for (size_t k = i + 1; k < texts.size(); ++k) {
      ++pairs;
      wrong += Containment(grams, GramsOf(texts[k])) >= kCopy;
    }
  }
  EXPECT_EQ(missed, 0);
  EXPECT_LE(wrong * 1000, pairs) << wrong << " of " << pairs;
}

TEST(TextSketchTest, GoesThroughBytesUnchanged) {
  for (const std::string& text :
       {std::string(), std::string("短い文"), Unrelated()[0], std::string(9000, 'a')}) {
    const Sketch sketch = SketchOf(GramsOf(text), Hash());
    EXPECT_TRUE(std::is_sorted(sketch.begin(), sketch.end()));
    EXPECT_EQ(FromBytes(ToBytes(sketch)), sketch);
    EXPECT_LE(ToBytes(sketch).size(), 256u);
  }
  EXPECT_EQ(FromBytes("abc"), FromBytes("")) << "what is no sketch shares nothing";
}

TEST(TextSketchTest, AnotherKeyMakesAnotherSketch) {
  const auto grams = GramsOf(Unrelated()[0]);
  const crypto::ShortHash other(*crypto::KeyedHash::FromHex(std::string(64, 'b')), "gram", "t");
  const crypto::ShortHash tenant(*crypto::KeyedHash::FromHex(std::string(64, 'a')), "gram", "u");
  const Sketch sketch = SketchOf(grams, Hash());
  EXPECT_EQ(Overlap(sketch, sketch).shared, Overlap(sketch, sketch).of);
  EXPECT_LE(Overlap(sketch, SketchOf(grams, other)).shared, 1);
  EXPECT_LE(Overlap(sketch, SketchOf(grams, tenant)).shared, 1);
}

TEST(TextSketchTest, EstimatesContainment) {
  for (const std::string& text : Unrelated()) {
    const std::string copy = WithoutEvery(text, 25);
    const auto one = GramsOf(text), other = GramsOf(copy);
    const SketchOverlap overlap = Overlap(SketchOf(one, Hash()), SketchOf(other, Hash()));
    ASSERT_GT(overlap.of, 0);
    EXPECT_NEAR(static_cast<double>(overlap.shared) / overlap.of, Containment(one, other), 0.3)
        << text;
  }
}

// By hash or one by one: the same are found, with the same shared hashes.
TEST(SketchPostingsTest, FindsWhatLookingThroughAllOfThemFinds) {
  std::mt19937 random(7);
  const auto sketch_of_size = [&](size_t grams) {
    std::vector<uint64_t> some;
    for (size_t i = 0; i < grams; ++i) some.push_back(random() % 3000);
    std::sort(some.begin(), some.end());
    some.erase(std::unique(some.begin(), some.end()), some.end());
    return SketchOf(some, Hash());
  };
  std::vector<Sketch> sketches;
  for (size_t i = 0; i < SketchPostings::kMaxReports; ++i) {
    sketches.push_back(sketch_of_size(i % 9 == 0 ? i % 40 : 20 + i % 700));
  }
  Sketch largest;  // of hashes that end where the buckets do
  largest.fill(kNoGram);
  largest[0] = 0;
  largest[1] = kNoGram - 1;
  sketches[17] = largest;
  const SketchPostings postings(sketches);
  for (const Sketch& sketch :
       {sketch_of_size(500), sketch_of_size(5), sketch_of_size(0), largest}) {
    std::vector<std::pair<size_t, int>> want, found;
    for (size_t i = 0; i < sketches.size(); ++i) {
      const int shared = Overlap(sketch, sketches[i]).shared;
      if (shared >= 2) want.emplace_back(i, shared);
    }
    for (const SketchPostings::Hit& hit : postings.Find(sketch, 2)) {
      found.emplace_back(hit.report, hit.overlap.shared);
      EXPECT_GE(hit.overlap.of, hit.overlap.shared);
      EXPECT_NEAR(hit.overlap.of, Overlap(sketch, sketches[hit.report]).of, 18) << hit.report;
    }
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, want);
  }
  EXPECT_TRUE(SketchPostings({}).Find(largest, 1).empty());
}

TEST(TextLikenessTest, TheSameEventRetoldComesFirst) {
  const std::vector<std::string> retold = TextsOf("retold.jsonl");
  std::vector<std::string> unrelated = Unrelated();
  std::mt19937 random(1);
  std::vector<double> all;
  int first = 0, found = 0, told = 0, wrong = 0, compared = 0;
  for (size_t i = 0; i < retold.size(); ++i) {
    // As the service does it: against 50.
    std::shuffle(unrelated.begin(), unrelated.end(), random);
    std::vector<LemmaCounts> others;
    for (size_t k = 0; k < 49; ++k) others.push_back(LemmasOf(Loaded(), unrelated[k]));
    others.push_back(LemmasOf(Loaded(), retold[i ^ 1]));
    const std::vector<double> cosines = Cosines(LemmasOf(Loaded(), retold[i]), others);
    ++told;
    first += std::max_element(cosines.begin(), cosines.end()) == cosines.end() - 1;
    found += cosines.back() >= kMaybeSameEvent;
    for (size_t k = 0; k < 49; ++k) {
      wrong += cosines[k] >= kMaybeSameEvent;
      all.push_back(cosines[k]);
    }
    compared += 49;
    const double shared = Containment(GramsOf(retold[i]), GramsOf(retold[i ^ 1]));
    EXPECT_LT(shared, kCopy) << "is no copy: " << retold[i];
    EXPECT_GT(shared, 2 * kUnrelated) << "would not be compared: " << retold[i];
    RecordProperty("cosine_" + std::to_string(i), std::to_string(cosines.back()));
  }
  std::sort(all.begin(), all.end());
  RecordProperty("unrelated_p99", std::to_string(all[all.size() * 99 / 100]));
  RecordProperty("unrelated_most", std::to_string(all.back()));
  EXPECT_EQ(first, told);
  EXPECT_GE(found * 10, told * 9) << found << " of " << told;
  EXPECT_LE(wrong * 100, compared) << wrong << " of " << compared;
}

TEST(TextLikenessTest, NothingIsLikeNothing) {
  EXPECT_EQ(Cosines({}, {{}, LemmasOf(Loaded(), "怒鳴られた")}), (std::vector<double>{0, 0}));
  const LemmaCounts one = LemmasOf(Loaded(), "担当者に怒鳴られた");
  EXPECT_NEAR(Cosines(one, {one, LemmasOf(Loaded(), "返金の要求")})[0], 1.0, 1e-9);
}

}  // namespace
}  // namespace mamori::triage
