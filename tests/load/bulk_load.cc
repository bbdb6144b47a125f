// Loads reports and the cases opened from them through the services' own stores, so that reads can
// be measured among a million. Events are not passed on: the cases are there already.
//
//   bulk_load --database 127.0.0.1:3306 --password_dir DIR --tls_ca FILE --policy FILE --count
//   1000000
//             --key_store 127.0.0.1:3307 --access_key FILE --audit_key FILE --reports FILE --cases
//             FILE
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/authz/access_record.h"
#include "common/config/textproto.h"
#include "common/crypto/keyed_hash.h"
#include "common/db/pool.h"
#include "common/db/transaction.h"
#include "common/id/id.h"
#include "common/policy/policy.h"
#include "common/sealing/sealing.h"
#include "common/status/macros.h"
#include "common/time/clock.h"
#include "services/intake/content_seal.h"
#include "services/intake/methods.h"
#include "services/intake/records.h"
#include "services/intake/sql_intake_store.h"
#include "services/triage/assess.h"
#include "services/triage/sql_ingest_store.h"
#include "tests/load/reports.h"

ABSL_FLAG(std::string, database, "", "host:port");
ABSL_FLAG(std::string, key_store, "", "host:port");
ABSL_FLAG(std::string, password_dir, "",
          "directory with SERVICE.password, keys-SERVICE.password and sealing.SERVICE.key");
ABSL_FLAG(std::string, tls_ca, "", "the database's authority, PEM");
ABSL_FLAG(std::string, policy, "", "policy file, textproto");
ABSL_FLAG(std::string, access_key, "", "triage's access_key_file");
ABSL_FLAG(std::string, audit_key, "", "the audit.key_file of both");
ABSL_FLAG(int, count, 10000, "reports, each with its case");
ABSL_FLAG(int, threads, 4, "threads, each with two connections");
ABSL_FLAG(int, batch, 256, "reports per transaction");
ABSL_FLAG(std::string, tenant, "load", "tenant");
ABSL_FLAG(std::string, reports, "", "file for the reports' names");
ABSL_FLAG(std::string, cases, "", "file for the cases' names");

namespace mamori::load {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(30);
// Between the create times of two reports; a list shows them in this order.
constexpr absl::Duration kStep = absl::Milliseconds(1500);

constexpr size_t kProgress = 100'000;
constexpr int kKeysAhead = 8192;

absl::StatusOr<std::unique_ptr<db::Pool>> OpenPool(const std::string& service) {
  db::PoolOptions options;
  options.host = absl::GetFlag(FLAGS_database);
  options.user = options.schema = absl::StrCat("mamori_", service);
  ASSIGN_OR_RETURN(options.password,
                   config::ReadSecret(
                       absl::StrCat(absl::GetFlag(FLAGS_password_dir), "/", service, ".password")));
  options.tls_ca_file = absl::GetFlag(FLAGS_tls_ca);
  options.max_connections = absl::GetFlag(FLAGS_threads);
  options.statement_timeout = kDeadline;
  return db::Pool::Create(options);
}

// It only writes: nothing is opened, so nothing is asked.
class NothingErased final : public sealing::ErasureProof {
 public:
  bool IsDecided(sealing::Owner, std::string_view, absl::Time) const override { return false; }
};
const NothingErased kNothingErased;

absl::StatusOr<std::unique_ptr<sealing::Sealing>> OpenSealing(
    const std::string& service, crypto::KeyArena& arena, const time::Clock& clock,
    time::Sleeper& sleeper, id::IdSource& ids, telemetry::Telemetry& telemetry) {
  const std::string directory = absl::GetFlag(FLAGS_password_dir);
  config::v1::Sealing config;
  config.add_key_files(absl::StrCat(directory, "/sealing.", service, ".key"));
  config.set_keys_ahead(kKeysAhead);
  config::v1::Database& store = *config.mutable_key_store();
  store.set_address(absl::GetFlag(FLAGS_key_store));
  store.set_user(absl::StrCat("mamori_keys_", service));
  store.set_schema(store.user());
  store.set_password_file(absl::StrCat(directory, "/keys-", service, ".password"));
  store.set_tls_ca_file(absl::GetFlag(FLAGS_tls_ca));
  ASSIGN_OR_RETURN(sealing::Keys keys, sealing::ReadKeys(config, service, arena));
  auto sealing = std::make_unique<sealing::Sealing>(config, std::move(keys), clock, sleeper, ids,
                                                    telemetry, kNothingErased);
  sealing->Start();
  return sealing;
}

// What is the same for all reports made from one sample.
struct Sample {
  intake::v1::SubmitReportRequest request;
  v1::Assessment assessment;
};

struct Stores {
  intake::SqlIntakeStore& intake;
  const intake::ContentSeal& seal;
  triage::SqlIngestStore& triage;
};

class Loader {
 public:
  Loader(Stores stores, std::vector<Sample> samples, const policy::PolicyVersion& policy,
         const time::Clock& clock, id::IdSource& ids)
      : stores_(stores),
        samples_(std::move(samples)),
        policy_(policy),
        clock_(clock),
        ids_(ids),
        now_(clock.Now()) {}

  absl::Status Run(int count, int batch, int threads) {
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([this, count, batch] {
        for (int first = next_.fetch_add(batch); first < count; first = next_.fetch_add(batch)) {
          const absl::Status status = LoadBatch(first, std::min(batch, count - first), count);
          if (status.ok()) continue;
          std::lock_guard lock(mu_);
          failure_ = status;
          next_ = count;
        }
      });
    }
    for (std::thread& worker : workers) worker.join();
    return failure_;
  }

  // One "reports/{id} cases/{id}" pair per report loaded.
  const std::vector<std::pair<std::string, std::string>>& names() const { return names_; }

 private:
  absl::Status LoadBatch(int first, int size, int count) {
    std::vector<intake::NewReport> reports;
    std::vector<const intake::NewReport*> pointers;
    reports.reserve(size);
    for (int i = first; i < first + size; ++i) {
      ASSIGN_OR_RETURN(intake::NewReport report, MakeReport(i, count));
      reports.push_back(std::move(report));
    }
    for (const intake::NewReport& report : reports) pointers.push_back(&report);
    RETURN_IF_ERROR(stores_.seal.MakeDurable(pointers, clock_.Now() + kDeadline));
    RETURN_IF_ERROR(stores_.intake.InsertReports(pointers, clock_.Now() + kDeadline).status());

    std::vector<triage::IngestItem> items;
    std::vector<std::pair<std::string, std::string>> names;
    items.reserve(size);
    for (int i = 0; i < size; ++i) {
      items.push_back(MakeItem(reports[i], samples_[(first + i) % samples_.size()]));
      names.emplace_back(id::Name("reports", reports[i].report_id),
                         id::Name("cases", items.back().opened->change.row.case_id));
    }
    for (const absl::Status& status : stores_.triage.Apply(items, clock_.Now() + kDeadline)) {
      RETURN_IF_ERROR(status);
    }
    std::lock_guard lock(mu_);
    const size_t before = names_.size();
    names_.insert(names_.end(), names.begin(), names.end());
    if (before / kProgress != names_.size() / kProgress) {
      std::fprintf(stderr, "bulk_load: %zu of %d\n", names_.size() / kProgress * kProgress, count);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<intake::NewReport> MakeReport(int number, int count) const {
    server::CallContext call;
    call.method = intake::kSubmitReport;
    call.caller = "spiffe://mamori.internal/app/load";
    call.tenant = absl::GetFlag(FLAGS_tenant);
    intake::v1::SubmitReportRequest request = samples_[number % samples_.size()].request;
    request.set_request_id(absl::StrCat("bulk-", number));
    return intake::MakeNewReport(stores_.seal, call, intake::kSubmitReport, request,
                                 {.subject = ids_.NewId(), .event = ids_.NewId()},
                                 now_ - (count - number) * kStep);
  }

  triage::IngestItem MakeItem(const intake::NewReport& report, const Sample& sample) const {
    triage::IngestItem item;
    item.event = &report.event;
    triage::IngestItem::Opened& opened = item.opened.emplace();
    triage::CaseRow& row = opened.change.row;
    row.case_id = ids_.NewId();
    row.tenant = report.tenant;
    row.company = report.company;
    row.state = v1::CASE_STATE_RECEIVED;
    row.kind = static_cast<v1::ReportKind>(report.kind);
    row.severity = sample.assessment.severity();
    for (const v1::CategoryFinding& one : sample.assessment.findings()) {
      row.categories.push_back(one.category());
    }
    std::sort(row.categories.begin(), row.categories.end());
    row.policy_digest = policy_.digest;
    row.version = 1;
    row.event_sequence = 1;
    row.create_time = row.update_time = report.create_time;
    row.access_version = 1;
    row.access = authz::OpenRecord(row.tenant, id::Name("cases", row.case_id),
                                   /*consulting=*/false, sample.request.report(),
                                   policy_.policy.access(), report.create_time);
    row.access.set_version(row.access_version);
    opened.report = {.report_id = report.report_id,
                     .tenant = report.tenant,
                     .case_id = row.case_id,
                     .join_time = report.create_time,
                     .assessment = sample.assessment.SerializeAsString()};
    return item;
  }

  const Stores stores_;
  const std::vector<Sample> samples_;
  const policy::PolicyVersion& policy_;
  const time::Clock& clock_;
  id::IdSource& ids_;
  const absl::Time now_;
  std::atomic<int> next_ = 0;
  std::mutex mu_;
  absl::Status failure_;
  std::vector<std::pair<std::string, std::string>> names_;
};

std::vector<Sample> MakeSamples(const policy::PolicyVersion& policy, absl::Time now) {
  const triage::Assessor assessor(policy.policy, policy.digest);
  std::vector<Sample> samples;
  for (v1::Report& report : MakeReports(600, "mihon", now)) {
    Sample& sample = samples.emplace_back();
    sample.assessment = assessor.Assess(report);
    *sample.request.mutable_report() = std::move(report);
  }
  return samples;
}

absl::Status Main() {
  time::SystemClock clock;
  time::SystemSleeper sleeper;
  id::RandomIdSource ids;
  ASSIGN_OR_RETURN(const std::shared_ptr<const policy::PolicyVersion> policy,
                   policy::LoadPolicyFile(absl::GetFlag(FLAGS_policy)));
  ASSIGN_OR_RETURN(const std::unique_ptr<db::Pool> intake_pool, OpenPool("intake"));
  ASSIGN_OR_RETURN(const std::unique_ptr<db::Pool> triage_pool, OpenPool("triage"));
  db::Transactor intake_transactor(*intake_pool, clock, sleeper);
  db::Transactor triage_transactor(*triage_pool, clock, sleeper);
  ASSIGN_OR_RETURN(const crypto::KeyedHash audit_key,
                   crypto::KeyedHash::FromFile(absl::GetFlag(FLAGS_audit_key)));
  const audit::Journal intake_journal(audit_key, "intake", clock);
  const audit::Journal triage_journal(audit_key, "triage", clock);
  intake::SqlIntakeStore intake_store(intake_transactor, clock, intake_journal);
  ASSIGN_OR_RETURN(crypto::KeyedHash key,
                   crypto::KeyedHash::FromFile(absl::GetFlag(FLAGS_access_key)));
  telemetry::NullTelemetry telemetry;
  ASSIGN_OR_RETURN(crypto::KeyArena arena, crypto::KeyArena::Create());
  ASSIGN_OR_RETURN(const auto intake_sealing,
                   OpenSealing("intake", arena, clock, sleeper, ids, telemetry));
  const intake::ContentSeal intake_seal(intake_sealing->sealer());
  const triage::AccessSeal seal(std::move(key), triage_journal, telemetry);
  ASSIGN_OR_RETURN(const auto triage_sealing,
                   OpenSealing("triage", arena, clock, sleeper, ids, telemetry));
  triage::SqlIngestStore triage_store(triage_transactor, clock, seal, triage_sealing->sealer());

  Loader loader({intake_store, intake_seal, triage_store}, MakeSamples(*policy, clock.Now()),
                *policy, clock, ids);
  RETURN_IF_ERROR(loader.Run(absl::GetFlag(FLAGS_count), absl::GetFlag(FLAGS_batch),
                             absl::GetFlag(FLAGS_threads)));
  std::ofstream reports(absl::GetFlag(FLAGS_reports));
  std::ofstream cases(absl::GetFlag(FLAGS_cases));
  for (const auto& [report, one] : loader.names()) {
    reports << report << '\n';
    cases << one << '\n';
  }
  if (!reports.flush() || !cases.flush()) return absl::InternalError("names cannot be written");
  return absl::OkStatus();
}

}  // namespace
}  // namespace mamori::load

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = mamori::load::Main();
  if (!status.ok()) std::fprintf(stderr, "bulk_load: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
