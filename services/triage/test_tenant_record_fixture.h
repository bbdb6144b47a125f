// What subject requests and breaches ask, as far as tests need it.
#ifndef MAMORI_SERVICES_TRIAGE_TEST_TENANT_RECORD_FIXTURE_H_
#define MAMORI_SERVICES_TRIAGE_TEST_TENANT_RECORD_FIXTURE_H_

#include <map>
#include <string>
#include <vector>

#include "services/triage/leak_source.h"
#include "services/triage/report_reader.h"

namespace mamori::triage {

// Intake as far as it is asked, which keeps some reports from some people.
class FakeReader final : public ReportReader {
 public:
  absl::StatusOr<std::vector<mamori::v1::Report>> Read(const server::CallContext&,
                                                       const std::vector<id::Id>& ids) override {
    std::vector<mamori::v1::Report> found;
    for (const id::Id& one : ids) {
      if (reports.count(one) == 1) found.push_back(reports[one]);
    }
    return found;
  }
  std::map<id::Id, mamori::v1::Report> reports;
};

// The audits as far as they are asked: leak_incidents_test.cc asks the real ones.
class FakeLeaks final : public LeakSource {
 public:
  absl::StatusOr<LeakEvidence> Find(const server::CallContext&, const CaseRow& row,
                                    const std::vector<id::Id>&, absl::Time from,
                                    absl::Time to) override {
    LeakEvidence evidence;
    evidence.access = row.access;
    evidence.case_reads.push_back({.person = "snoop", .count = 1, .first = from, .last = to});
    return evidence;
  }
  absl::StatusOr<ReadBy> FindReadBy(const server::CallContext&, const std::string& person,
                                    absl::Time, absl::Time) override {
    return person == "snoop" ? read : ReadBy{};
  }
  ReadBy read;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEST_TENANT_RECORD_FIXTURE_H_
