// Names that are one, and names that are not.
#include "services/triage/actor_name_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mamori::triage {
namespace {

constexpr auto kPerson = v1::ACTOR_KIND_PERSON;
constexpr auto kOrganisation = v1::ACTOR_KIND_ORGANISATION;
constexpr auto kHandle = v1::ACTOR_KIND_ONLINE_HANDLE;

struct Group {
  v1::ActorKind kind;
  std::vector<const char*> names;
};

TEST(ActorNameRulesTest, WhatIsWrittenDifferentlyIsOne) {
  const std::vector<Group> groups = {
      {kOrganisation,
       {"株式会社サンプル商事", "サンプル商事株式会社", "(株)サンプル商事", "㈱サンプル商事",
        "ｻﾝﾌﾟﾙ商事 (株)", "サンプル商事　様", "サンプル商事 御中", "さんぷる商事", "サンプル・商事",
        "カ)サンプル商事"}},
      {kOrganisation,
       {"キヤノンデータ", "キャノンデータ", "ｷｬﾉﾝﾃﾞｰﾀ(有)", "有限会社キャノンデータ"}},
      {kOrganisation,
       {"Example Trading Co., Ltd.", "EXAMPLE TRADING", "Ｅｘａｍｐｌｅ　Ｔｒａｄｉｎｇ Inc.",
        "The Example Trading Company Limited", "example-trading K.K."}},
      {kPerson,
       {"田中太郎", "田中 太郎 様", "田中　太郎さん", "田中太郎氏", "田中太郎部長",
        "田中太郎副社長様"}},
      {kPerson, {"タナカ タロウ", "ﾀﾅｶ ﾀﾛｳ", "たなか たろうさん", "タナカ・タロウ"}},
      {kPerson, {"髙橋", "高橋様"}},
      {kPerson, {"𠮷田", "吉田", "吉田 "}},
      {kPerson, {"アリタ", "ァリタ", "ありた"}},
      {kPerson, {"ヶ丘", "ゖ丘"}},
      {kPerson, {"José García", "JOSÉ GARCÍA", "josé  garcía"}},
      {kPerson, {"O'Neill Sara", "O’Neill Sara", "sara “o”neill", "Sara\tO'Neill", "Sara\nONeill"}},
      {kPerson, {"Mori/Ken", "Mori Ken", "ken,mori", "mori-ken"}},
      {kOrganisation,
       {"サンプルデータ", "サンプルデ−タ", "サンプルデ‐タ", "サンプルデ―タ", "「サンプルデータ」",
        "サンプルデタ", "〔サンプルデタ〕"}},
      {kOrganisation, {"サンプル商事", "サンプル商事(カ", "サンプル商事カ)", "サンプル商事 様"}},
      {kOrganisation, {"サンプル", "株)サンプル", "(株サンプル"}},
      {kPerson,
       {"Mr. Taro Tanaka", "TANAKA Taro", "Tanaka, Taro", "Ｔａｒｏ Tanaka-san",
        "Dr. taro tanaka"}},
      {kHandle,
       {"@Angry_Bird", "angry_bird", "＠ａｎｇｒｙ＿ｂｉｒｄ",
        "https://social.example/@angry_bird/"}},
  };
  for (const Group& group : groups) {
    const std::string first = NormaliseName(group.kind, group.names[0]);
    EXPECT_NE(first, "") << group.names[0];
    for (const char* name : group.names) EXPECT_EQ(NormaliseName(group.kind, name), first) << name;
  }
}

TEST(ActorNameRulesTest, WhatIsDifferentStaysSo) {
  const std::vector<Group> groups = {
      {kOrganisation,
       {"サンプル商事", "サンプル商会", "サンプル", "東サンプル商事", "Example Trading",
        "Example"}},
      {kPerson,
       {"田中太郎", "田中次郎", "田中", "中田", "佐藤様", "Taro Tanaka", "Jiro Tanaka", "林",
        "森"}},
      {kPerson, {"佐々木", "佐木", "〆木", "木"}},
      {kPerson, {"ann abel", "annabel"}},
      {kHandle, {"angry_bird", "angrybird", "angry.bird"}},
  };
  for (const Group& group : groups) {
    for (size_t i = 0; i < group.names.size(); ++i) {
      for (size_t k = i + 1; k < group.names.size(); ++k) {
        EXPECT_NE(NormaliseName(group.kind, group.names[i]),
                  NormaliseName(group.kind, group.names[k]))
            << group.names[i] << " " << group.names[k];
      }
    }
  }
}

TEST(ActorNameRulesTest, WhatNamesNobodyIsEmpty) {
  for (const char* name : {"", " ", "不明", "匿名", "お客様", "客", "A氏", "Ｂ", "unknown",
                           "Customer", "N/A", "-", "？"}) {
    EXPECT_EQ(NormaliseName(kPerson, name), "") << name;
  }
  for (const char* name : {"", "取引先", "A", "株式会社"}) {
    EXPECT_EQ(NormaliseName(kOrganisation, name), "") << name;
  }
  for (const char* name : {"", "@", "///", "@a"})
    EXPECT_EQ(NormaliseName(kHandle, name), "") << name;
  EXPECT_EQ(NormaliseName(kPerson, "様"), "様") << "a name is never taken away altogether";
}

TEST(ActorNameRulesTest, BytesThatAreNoTextDoNoHarm) {
  for (const std::string& name :
       {std::string("\xff\xfe\xf0"), std::string("\xe3\x81"), std::string(1, '\0'),
        std::string(20000, '\xe3'), std::string("田中\xf0")}) {
    NormaliseName(kPerson, name);
    NormaliseName(kOrganisation, name);
    NormaliseName(kHandle, name);
    NormaliseDemand(name);
  }
}

TEST(ActorNameRulesTest, DemandsAreOneWhateverTheirPoliteness) {
  const std::string first = NormaliseDemand("担当者を交代してください。");
  EXPECT_NE(first, "");
  for (const char* demand :
       {"担当者を交代しろ！", "担当者を、交代して下さい", "担当者を 交代すること"}) {
    EXPECT_EQ(NormaliseDemand(demand), first) << demand;
  }
  EXPECT_NE(NormaliseDemand("担当者を謝罪させろ"), first);
  EXPECT_EQ(NormaliseDemand("Refund me, please!"), NormaliseDemand("refund me"));
  EXPECT_EQ(NormaliseDemand("返金"), "") << "too short to be anybody's";
}

TEST(ActorNameRulesTest, OfWordsThatAreNoNameTheLastOneStays) {
  EXPECT_EQ(NormaliseName(kOrganisation, "Inc."), "inc");
  EXPECT_EQ(NormaliseName(kOrganisation, "The"), "the");
  EXPECT_EQ(NormaliseName(kPerson, "Mr."), "mr");
  EXPECT_EQ(NormaliseName(kPerson, "San"), "san");
  EXPECT_EQ(NormaliseName(kPerson, "Li"), "li") << "two letters are a name";
  EXPECT_NE(NormaliseDemand("即時返金"), "") << "four letters are a demand";
  EXPECT_EQ(NormaliseDemand("今返金"), "");
}

}  // namespace
}  // namespace mamori::triage
