// Rows that say what was decided, compared with the decisions that the audit tells of: whoever
// takes one away undoes it.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/content.h"
#include "common/audit/verify.h"
#include "common/status/macros.h"

namespace mamori::audit {
namespace {

// The report, version, tenant, time, value, people, and the tag, which is what older entries have
// of the row.
constexpr char kSharings[] =
    "SELECT report_id, version, tenant, create_time, scope, people, tag FROM sharing"
    " WHERE (report_id = ? AND version > ?) OR report_id > ? ORDER BY report_id, version LIMIT 500";
constexpr char kWithdrawals[] =
    "SELECT report_id, 1, tenant, create_time, 0, '', '' FROM withdrawal"
    " WHERE (report_id = ? AND 1 > ?) OR report_id > ? ORDER BY report_id LIMIT 500";
constexpr char kConsents[] =
    "SELECT report_id, version, tenant, create_time, given, '', tag FROM consent"
    " WHERE (report_id = ? AND version > ?) OR report_id > ? ORDER BY report_id, version LIMIT 500";
constexpr char kHeld[] =
    "SELECT tenant, kind, target, hold_id FROM legal_hold_target"
    " WHERE (tenant = ? AND kind = ? AND target = ? AND hold_id > ?)"
    " OR (tenant = ? AND kind = ? AND target > ?) OR (tenant = ? AND kind > ?) OR tenant > ?"
    " ORDER BY tenant, kind, target, hold_id LIMIT 500";

std::string FirstId() { return std::string(16, '\0'); }

// Which table the decision stands in.
Kind TableOf(const std::string& action) {
  if (action == kSetSharing) return Kind::kSharing;
  if (action == kWithdrawReport) return Kind::kWithdrawal;
  if (action == kGiveConsent || action == kWithdrawConsent) return Kind::kConsent;
  return Kind::kNone;
}

std::string Decided(Kind table, std::string_view record) {
  std::string text(1, static_cast<char>(table));
  text += record;
  return text;
}

// False when `all` has none.
template <typename One>
bool TakeOut(std::vector<One>& all, const One& one) {
  const auto found = std::find(all.begin(), all.end(), one);
  if (found == all.end()) return false;
  all.erase(found);
  return true;
}

}  // namespace

void Verifier::NoteDecision(const Entry& entry) {
  if (entry.kind == Kind::kHeldCase || entry.kind == Kind::kHeldPerson ||
      entry.kind == Kind::kHeldRecord) {
    held_[ChainKey(entry.kind, entry.resource_id)].push_back(entry.cause_id);
  }
  if (entry.kind != Kind::kReport) return;
  const Kind table = TableOf(entry.action);
  if (table == Kind::kNone && !IsDisposal(entry)) return;
  std::vector<std::string>& decisions = decisions_[ChainKey(entry.kind, entry.resource_id)];
  if (IsDisposal(entry)) {
    decisions.clear();
  } else {
    decisions.push_back(Decided(table, entry.record));
  }
}

absl::Status Verifier::CheckDecisions() {
  for (const auto& [table, sql] :
       {std::pair(Kind::kSharing, kSharings), std::pair(Kind::kWithdrawal, kWithdrawals),
        std::pair(Kind::kConsent, kConsents)}) {
    std::string report = FirstId();
    int64_t version = 0;
    for (;;) {
      ASSIGN_OR_RETURN(const db::Rows rows,
                       Read(sql, db::Params().Add(report).Add(version).Add(report)));
      if (rows.empty()) break;
      for (const db::Row& row : rows) CheckDecision(table, row);
      report = rows.back().GetBytes(0);
      version = rows.back().GetInt64(1);
    }
  }
  for (const auto& [key, decisions] : decisions_) {
    if (decisions.empty()) continue;
    const std::string_view report = std::string_view(key).substr(1);
    Suspects(Kind::kReport, report,
             absl::StrCat(NameOf(Kind::kReport, report), ": ", decisions.size(),
                          " decisions of its reporter are missing or changed"));
  }
  return absl::OkStatus();
}

void Verifier::CheckDecision(Kind table, const db::Row& row) {
  const std::string record = RecordOf(authenticator_, {.kind = table,
                                                       .report_id = row.GetBytes(0),
                                                       .version = row.GetInt64(1),
                                                       .tenant = row.GetBytes(2),
                                                       .create_micros = row.GetInt64(3),
                                                       .value = row.GetInt64(4),
                                                       .people = row.GetBytes(5)});
  const auto told = decisions_.find(ChainKey(Kind::kReport, row.GetBytes(0)));
  if (told != decisions_.end() && (TakeOut(told->second, Decided(table, record)) ||
                                   TakeOut(told->second, Decided(table, row.GetBytes(6))))) {
    return;
  }
  if (!MustBeKnown(row.GetTime(3))) return;
  Find(NameOf(Kind::kReport, row.GetBytes(0)) +
       ": a decision of its reporter that the audit does not tell of");
}

absl::Status Verifier::CheckHeld() {
  // What no chain tells of is compared with nothing.
  if (held_.empty()) return absl::OkStatus();
  std::string tenant;
  int64_t kind = 0;
  std::string target;
  std::string hold = FirstId();
  for (;;) {
    db::Params params;
    params.Add(tenant).Add(kind).Add(target).Add(hold).Add(tenant).Add(kind).Add(target);
    params.Add(tenant).Add(kind).Add(tenant);
    ASSIGN_OR_RETURN(const db::Rows rows, Read(kHeld, params));
    if (rows.empty()) break;
    for (const db::Row& row : rows) {
      const HeldChain chain = HeldChainOf(row.GetInt64(1), row.GetBytes(2));
      const auto told = held_.find(ChainKey(chain.kind, chain.id));
      // One that the audit does not tell of is from before it did, and holds no less.
      if (told != held_.end()) TakeOut(told->second, id::Id(row.GetBytes(3)));
    }
    const db::Row& last = rows.back();
    tenant = last.GetBytes(0);
    kind = last.GetInt64(1);
    target = last.GetBytes(2);
    hold = last.GetBytes(3);
  }
  for (const auto& [key, holds] : held_) {
    const std::string name = NameOf(static_cast<Kind>(key[0]), std::string_view(key).substr(1));
    for (const id::Id& one : holds) {
      Find(absl::StrCat(name, ": the row of ", NameOf(Kind::kLegalHold, one), " is missing"));
    }
  }
  return absl::OkStatus();
}

}  // namespace mamori::audit
