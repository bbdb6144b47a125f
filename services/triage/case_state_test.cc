#include "services/triage/case_state.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace mamori::triage {
namespace {

constexpr Verb kVerbs[] = {
    Verb::kClaim,         Verb::kAssign,      Verb::kTriage,           Verb::kStartInvestigation,
    Verb::kStartDecision, Verb::kStartAction, Verb::kStartMonitoring,  Verb::kClose,
    Verb::kReopen,        Verb::kWithdraw,    Verb::kOpenConsultation, Verb::kAddNote,
    Verb::kMerge,         Verb::kMergeInto};

// The whole table, a row per state and a column per verb of kVerbs: the state afterwards by its
// letter, '.' where the verb is refused.
struct Row {
  mamori::v1::CaseState state;
  char letter;
  const char* after;
};
constexpr Row kTable[] = {
    //                              clm asg tri inv dec act mon cls reo wdr con not mrg into
    {mamori::v1::CASE_STATE_UNSPECIFIED, '?', ".............."},
    {mamori::v1::CASE_STATE_RECEIVED, 'R', "RRT......W.RMR"},
    {mamori::v1::CASE_STATE_TRIAGED, 'T', "TT.I...C.W.TMT"},
    {mamori::v1::CASE_STATE_INVESTIGATING, 'I', "II..D..C.W.IMI"},
    {mamori::v1::CASE_STATE_DECIDING, 'D', "DD...A.C.W.DMD"},
    {mamori::v1::CASE_STATE_ACTING, 'A', "AA....OC...AMA"},
    {mamori::v1::CASE_STATE_MONITORING, 'O', "OO.....C...OMO"},
    {mamori::v1::CASE_STATE_CLOSED, 'C', "........I..C.."},
    {mamori::v1::CASE_STATE_WITHDRAWN, 'W', "...........W.."},
    {mamori::v1::CASE_STATE_MERGED, 'M', ".............."},
    {mamori::v1::CASE_STATE_CONSULTING, 'U', "UU.......WRU.."},
    {mamori::v1::CASE_STATE_DISPOSED, 'X', ".............."},
};

TEST(CaseState, FollowsTheTableForEveryStateAndVerb) {
  ASSERT_EQ(std::size(kTable),
            static_cast<size_t>(mamori::v1::CaseState_descriptor()->value_count()));
  std::map<mamori::v1::CaseState, char> letters;
  for (const Row& row : kTable) letters[row.state] = row.letter;
  for (const Row& row : kTable) {
    ASSERT_EQ(std::string(row.after).size(), std::size(kVerbs));
    for (size_t i = 0; i < std::size(kVerbs); ++i) {
      const auto next = Next(row.state, kVerbs[i]);
      EXPECT_EQ(next.has_value() ? letters[*next] : '.', row.after[i])
          << mamori::v1::CaseState_Name(row.state) << " verb " << i;
    }
  }
}

TEST(CaseState, FinalStatesAreLeftByNoVerb) {
  for (const Row& row : kTable) {
    EXPECT_EQ(IsFinal(row.state), std::string("WMX").find(row.letter) != std::string::npos)
        << mamori::v1::CaseState_Name(row.state);
    if (!IsFinal(row.state)) continue;
    for (Verb verb : kVerbs) EXPECT_EQ(Next(row.state, verb).value_or(row.state), row.state);
  }
}

TEST(CaseState, ConsultationsStayAmongThemselves) {
  for (const Row& row : kTable) {
    const std::string open = "RTIDAO";
    EXPECT_EQ(Joins(row.state, mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT),
              open.find(row.letter) != std::string::npos);
    EXPECT_EQ(Joins(row.state, mamori::v1::REPORT_KIND_CONSULTATION), row.letter == 'U');
  }
  EXPECT_EQ(OpeningState(mamori::v1::REPORT_KIND_CONSULTATION), mamori::v1::CASE_STATE_CONSULTING);
  EXPECT_EQ(OpeningState(mamori::v1::REPORT_KIND_FEEDBACK), mamori::v1::CASE_STATE_RECEIVED);
}

}  // namespace
}  // namespace mamori::triage
