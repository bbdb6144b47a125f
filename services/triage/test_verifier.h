// The audit of a triage database, checkpointed and verified as an auditor does it.
#ifndef MAMORI_SERVICES_TRIAGE_TEST_VERIFIER_H_
#define MAMORI_SERVICES_TRIAGE_TEST_VERIFIER_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/audit/checkpointer.h"
#include "common/audit/test_service.h"
#include "common/audit/verify.h"

namespace mamori::triage {

class TestVerifier {
 public:
  // `at` is the clock of checkpoints; made before anything that the audit has to tell of.
  TestVerifier(db::Transactor& transactor, const audit::Journal& journal,
               const sealing::Sealer& sealer, const time::Clock& at, id::IdSource& ids,
               telemetry::Telemetry& telemetry)
      : transactor_(transactor),
        journal_(journal),
        sealer_(sealer),
        at_(at),
        key_(audit::Service::Sign('d')),
        // A long lease, since the database's clock goes on while a test runs.
        checkpointer_({transactor, journal.authenticator(), key_, at, ids, telemetry},
                      {.interval = absl::Seconds(5), .lease = absl::Hours(1)}) {
    EXPECT_THAT(checkpointer_.EnsureGenesis(), testing::IsOk());
  }

  // Covers all that is older than what may still be open. `advance` puts the clock forward.
  template <typename Advance>
  void Settle(Advance advance) {
    for (const absl::Duration later : {absl::Seconds(6), absl::Minutes(1)}) {
      advance(later);
      EXPECT_THAT(checkpointer_.RunOnce(), testing::IsOk());
    }
  }

  std::vector<std::string> Findings() {
    audit::SinkCopy sink{.name = "file"};
    const absl::Status read = transactor_.Run({}, [&](db::Tx& tx) -> absl::Status {
      auto all = audit::ReadCheckpoints(tx, "triage", -1, 1000);
      if (!all.ok()) return all.status();
      sink.checkpoints = *std::move(all);
      return absl::OkStatus();
    });
    EXPECT_THAT(read, testing::IsOk());
    audit::Verifier verifier(transactor_, journal_.authenticator(), key_.public_key(),
                             {.now = at_.Now() + absl::Seconds(1), .sealer = &sealer_});
    const auto verified = verifier.Run({sink});
    EXPECT_THAT(verified, testing::IsOk());
    return verified.ok() ? verified->findings : std::vector<std::string>();
  }

 private:
  db::Transactor& transactor_;
  const audit::Journal& journal_;
  const sealing::Sealer& sealer_;
  const time::Clock& at_;
  const crypto::SigningKey key_;
  audit::Checkpointer checkpointer_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_TEST_VERIFIER_H_
