#include "services/intake/text_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace mamori::intake {
namespace {

struct TextRow {
  const char* name;
  std::string text;
  bool valid;
  size_t characters;
  size_t controls;
};

class ReadTextTest : public testing::TestWithParam<TextRow> {};

TEST_P(ReadTextTest, Finds) {
  const TextFacts facts = ReadText(GetParam().text);
  EXPECT_EQ(facts.valid_utf8, GetParam().valid);
  if (!GetParam().valid) return;
  EXPECT_EQ(facts.characters, GetParam().characters);
  EXPECT_EQ(facts.controls, GetParam().controls);
}

INSTANTIATE_TEST_SUITE_P(Rows, ReadTextTest,
                         testing::Values(TextRow{"empty", "", true, 0, 0},
                                         TextRow{"ascii", "hello, world!", true, 13, 0},
                                         TextRow{"japanese", "守り", true, 2, 0},
                                         TextRow{"long_mixed", "abcdefghijklmnop守り qrstuvwxyz",
                                                 true, 29, 0},
                                         TextRow{"four_bytes", "\xf0\x9f\x98\x80", true, 1, 0},
                                         TextRow{"line_breaks_and_tabs", "a\nb\r\n\tc", true, 7, 0},
                                         TextRow{"nul", std::string("a\0b", 3), true, 3, 1},
                                         TextRow{"escape_within_a_word", "abc\x1b[31m", true, 8, 1},
                                         TextRow{"delete", "abcdefg\x7f", true, 8, 1},
                                         TextRow{"c1", "a\xc2\x85", true, 2, 1},
                                         TextRow{"no_break_space", "\xc2\xa0", true, 1, 0},
                                         TextRow{"lone_continuation", "\x80", false, 0, 0},
                                         TextRow{"cut_off", "\xe3\x81", false, 0, 0},
                                         TextRow{"overlong", "\xc0\xaf", false, 0, 0},
                                         TextRow{"overlong_three", "\xe0\x80\xaf", false, 0, 0},
                                         TextRow{"surrogate", "\xed\xa0\x80", false, 0, 0},
                                         TextRow{"beyond", "\xf4\x90\x80\x80", false, 0, 0},
                                         TextRow{"five_bytes", "\xf8\x88\x80\x80\x80", false, 0, 0},
                                         TextRow{"latin_1", "caf\xe9 au lait", false, 0, 0}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ReadTextTest, FindsAControlAtEveryPlaceOfAWord) {
  for (char control : {'\x00', '\x01', '\x1f', '\x7f'}) {
    for (size_t i = 0; i < 24; ++i) {
      std::string text(24, 'a');
      text[i] = control;
      EXPECT_EQ(ReadText(text).controls, 1u) << i;
      EXPECT_EQ(ReadText(text).characters, 24u) << i;
    }
  }
}

TEST(IsLanguageTagTest, Decides) {
  for (const char* good : {"ja", "en", "en-GB", "zh-Hant-TW", "de-1996"}) {
    EXPECT_TRUE(IsLanguageTag(good)) << good;
  }
  for (const char* bad : {"", "j", "ja-", "-ja", "ja--JP", "ja_JP", "日本", "abcdefghi", "1a"}) {
    EXPECT_FALSE(IsLanguageTag(bad)) << bad;
  }
}

TEST(IsWebUrlTest, Decides) {
  for (const char* good :
       {"http://example.com", "https://example.com/a?b=c#d", "HTTPS://EXAMPLE.COM:8443/",
        "https://例え.jp/口コミ", "http://192.0.2.1/", "http://[2001:db8::1]:80/x",
        "https://user@example.com/"}) {
    EXPECT_TRUE(IsWebUrl(good)) << good;
  }
  for (const char* bad :
       {"", "example.com", "//example.com", "ftp://example.com", "javascript:alert(1)",
        "file:///etc/passwd", "https://", "https:///path", "https:// example.com",
        "https://example.com/a b", "https://exa\tmple.com", "https://example.com:99999999/",
        "https://example.com:x/", "http://[2001:db8::1/", "https://a<b"}) {
    EXPECT_FALSE(IsWebUrl(bad)) << bad;
  }
}

TEST(IsSlugTest, Decides) {
  EXPECT_TRUE(IsSlug("east-1"));
  for (const char* bad : {"", "East", "a_b", "a.b", "あ"}) EXPECT_FALSE(IsSlug(bad)) << bad;
}

}  // namespace
}  // namespace mamori::intake
