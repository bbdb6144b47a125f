// A small real store in memory, with errors to come; held to the same contract as the SQL one
// (intake_store_test.cc).
#ifndef MAMORI_SERVICES_INTAKE_FAKE_INTAKE_STORE_H_
#define MAMORI_SERVICES_INTAKE_FAKE_INTAKE_STORE_H_

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/status/errors.h"
#include "services/intake/intake_store.h"

namespace mamori::intake {

class FakeIntakeStore final : public IntakeStore {
 public:
  // What the next InsertReports calls do instead: fail with `status`, after writing all the same
  // when `written`.
  struct Fault {
    absl::Status status;
    bool written = false;
  };
  void FailNext(Fault fault) {
    std::lock_guard lock(mu_);
    faults_.push_back(std::move(fault));
  }
  // Reports for which this is true are refused by the "database".
  void RefuseWhere(std::function<bool(const NewReport&)> bad) { bad_ = std::move(bad); }
  // Called at the begin of each InsertReports, without a lock.
  void BeforeInsert(std::function<void(const std::vector<const NewReport*>&)> hook) {
    before_insert_ = std::move(hook);
  }

  size_t report_count() const {
    std::lock_guard lock(mu_);
    return reports_.size();
  }
  std::vector<size_t> batch_sizes() const {
    std::lock_guard lock(mu_);
    return batch_sizes_;
  }

  absl::StatusOr<std::vector<std::string>> InsertReports(
      const std::vector<const NewReport*>& reports, absl::Time) override {
    if (before_insert_) before_insert_(reports);
    std::lock_guard lock(mu_);
    Fault fault;
    if (!faults_.empty()) {
      fault = faults_.front();
      faults_.pop_front();
    }
    if (!fault.status.ok() && !fault.written) return fault.status;
    for (const NewReport* report : reports) {
      if (submitted_.contains(report->answer.key)) return absl::AlreadyExistsError("key");
    }
    for (const NewReport* report : reports) {
      if (bad_ && bad_(*report)) return absl::InternalError("refused by a trigger");
    }
    batch_sizes_.push_back(reports.size());
    for (const NewReport* report : reports) {
      submitted_[report->answer.key] = {report->answer, report->report_id, report->heading};
      reports_[report->report_id] = *report;
    }
    if (!fault.status.ok()) return fault.status;
    return std::vector<std::string>();
  }

  absl::StatusOr<std::vector<StoredAnswer>> FindAnswers(const std::vector<std::string>& keys,
                                                        absl::Time) override {
    std::lock_guard lock(mu_);
    std::vector<StoredAnswer> answers;
    for (const std::string& key : keys) {
      if (const auto found = submitted_.find(key); found != submitted_.end()) {
        answers.push_back(found->second);
      }
    }
    return answers;
  }

  absl::StatusOr<std::map<std::string, bool>> AreAnonymous(const std::string& tenant,
                                                           const std::vector<std::string>& ids,
                                                           absl::Time deadline) override {
    std::map<std::string, bool> anonymous;
    for (const std::string& id : ids) {
      const auto facts = GetFacts(tenant, id, deadline);
      if (!facts.ok()) return facts.status();
      anonymous[id] = facts->anonymous;
    }
    return anonymous;
  }

  absl::StatusOr<ReportFacts> GetFacts(const std::string& tenant, const std::string& id,
                                       absl::Time) override {
    std::lock_guard lock(mu_);
    const auto found = reports_.find(id);
    if (found == reports_.end() || found->second.tenant != tenant) {
      return status::NotFound("report");
    }
    return ReportFacts{.heading = found->second.heading,
                       .anonymous = found->second.receipt.has_value()};
  }

  absl::StatusOr<std::vector<StoredReport>> GetReports(const std::string& tenant,
                                                       const std::vector<std::string>& ids,
                                                       absl::Time) override {
    std::lock_guard lock(mu_);
    std::vector<StoredReport> rows;
    for (const std::string& id : std::set<std::string>(ids.begin(), ids.end())) {
      const auto found = reports_.find(id);
      if (found == reports_.end() || found->second.tenant != tenant) continue;
      rows.push_back({.report_id = id,
                      .create_time = found->second.create_time,
                      .event_sequence = 1 + static_cast<int64_t>(supplements_[id].size()),
                      .body = found->second.body});
    }
    return rows;
  }

  absl::StatusOr<std::vector<StoredSupplement>> GetSupplements(const std::string& tenant,
                                                               const std::string& report_id,
                                                               int limit, absl::Time) override {
    std::lock_guard lock(mu_);
    std::vector<StoredSupplement> rows;
    for (const NewSupplement& one : supplements_[report_id]) {
      if (one.tenant != tenant) continue;
      rows.push_back({one.supplement_id, one.create_time, one.body});
    }
    if (rows.size() > static_cast<size_t>(limit)) rows.erase(rows.begin(), rows.end() - limit);
    return rows;
  }

  absl::StatusOr<std::vector<StoredHeading>> ListReports(const std::string& tenant,
                                                         const ReportFilter& filter,
                                                         const Position& after, int limit,
                                                         absl::Time) override {
    std::lock_guard lock(mu_);
    std::vector<StoredHeading> rows;
    for (const auto& [id, report] : reports_) {
      if (report.tenant == tenant && (filter.company.empty() || filter.company == report.company) &&
          (filter.kind == 0 || filter.kind == report.kind) &&
          Before(report.create_time, id, after)) {
        rows.push_back({id, report.create_time, report.heading});
      }
    }
    return NewestFirst(std::move(rows), limit, &StoredHeading::report_id);
  }

  absl::StatusOr<std::string> AddSupplement(const NewSupplement& supplement, absl::Time) override {
    std::lock_guard lock(mu_);
    if (auto answer = Repeated(supplement.answer); answer.has_value()) return *std::move(answer);
    const auto report = reports_.find(supplement.report_id);
    if (report == reports_.end() || report->second.tenant != supplement.tenant) {
      return status::NotFound("report");
    }
    supplements_[supplement.report_id].push_back(supplement);
    answers_[supplement.answer.key] = {supplement.answer, supplement.create_time};
    return supplement.answer.response;
  }

  absl::StatusOr<std::string> AddContact(const NewContact& contact, absl::Time) override {
    std::lock_guard lock(mu_);
    if (auto answer = Repeated(contact.answer); answer.has_value()) return *std::move(answer);
    if (!contact.report_id.empty()) {
      const auto report = reports_.find(contact.report_id);
      if (report == reports_.end() || report->second.tenant != contact.tenant) {
        return status::NotFound("report");
      }
    }
    contacts_.push_back(contact);
    answers_[contact.answer.key] = {contact.answer, contact.create_time};
    return contact.answer.response;
  }

  absl::StatusOr<std::vector<StoredContact>> GetContacts(const std::string& tenant,
                                                         const std::vector<std::string>& ids,
                                                         absl::Time) override {
    std::lock_guard lock(mu_);
    std::vector<StoredContact> rows;
    for (const NewContact& one : contacts_) {
      if (one.tenant == tenant && std::count(ids.begin(), ids.end(), one.contact_id) > 0) {
        rows.push_back({one.contact_id, one.report_id, one.create_time, one.body});
      }
    }
    return rows;
  }

  absl::StatusOr<std::vector<StoredContact>> ListContacts(const std::string& tenant,
                                                          const ContactFilter& filter,
                                                          const Position& after, int limit,
                                                          absl::Time) override {
    std::lock_guard lock(mu_);
    std::vector<StoredContact> rows;
    for (const NewContact& one : contacts_) {
      if (one.tenant == tenant && (filter.company.empty() || filter.company == one.company) &&
          (filter.report_id.empty() || filter.report_id == one.report_id) &&
          Before(one.create_time, one.contact_id, after)) {
        rows.push_back({one.contact_id, one.report_id, one.create_time, one.body});
      }
    }
    return NewestFirst(std::move(rows), limit, &StoredContact::contact_id);
  }

  absl::StatusOr<int64_t> PruneAnswers(absl::Time before, int limit, absl::Time) override {
    std::lock_guard lock(mu_);
    int64_t deleted = 0;
    for (auto one = answers_.begin(); one != answers_.end() && deleted < limit;) {
      const bool old = one->second.second < before;
      deleted += old;
      one = old ? answers_.erase(one) : std::next(one);
    }
    return deleted;
  }

 private:
  static bool Before(absl::Time time, const std::string& id, const Position& after) {
    return std::make_tuple(absl::ToUnixMicros(time), id) <
           std::make_tuple(after.create_micros, after.id);
  }

  template <typename Row>
  static std::vector<Row> NewestFirst(std::vector<Row> rows, size_t limit, std::string Row::*id) {
    std::sort(rows.begin(), rows.end(), [id](const Row& a, const Row& b) {
      return std::tie(a.create_time, a.*id) > std::tie(b.create_time, b.*id);
    });
    if (rows.size() > limit) rows.resize(limit);
    return rows;
  }

  std::optional<absl::StatusOr<std::string>> Repeated(const Answer& answer) {
    const auto found = answers_.find(answer.key);
    if (found == answers_.end()) return std::nullopt;
    if (found->second.first.digest != answer.digest) return status::RequestIdReused();
    return found->second.first.response;
  }

  mutable std::mutex mu_;
  std::deque<Fault> faults_;
  std::function<bool(const NewReport&)> bad_;
  std::function<void(const std::vector<const NewReport*>&)> before_insert_;
  std::vector<size_t> batch_sizes_;
  std::map<std::string, StoredAnswer> submitted_;                 // kept as long as the reports
  std::map<std::string, std::pair<Answer, absl::Time>> answers_;  // of everything else
  std::map<std::string, NewReport> reports_;
  std::map<std::string, std::vector<NewSupplement>> supplements_;
  std::vector<NewContact> contacts_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_FAKE_INTAKE_STORE_H_
