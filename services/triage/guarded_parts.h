// What is kept until two persons say otherwise: acts of two persons, legal holds and retention, put
// together.
#ifndef MAMORI_SERVICES_TRIAGE_GUARDED_PARTS_H_
#define MAMORI_SERVICES_TRIAGE_GUARDED_PARTS_H_

#include <functional>
#include <string>
#include <vector>

#include "services/triage/hold_service.h"
#include "services/triage/holds.h"
#include "services/triage/retention.h"
#include "services/triage/retention_service.h"
#include "services/triage/sql_act_store.h"
#include "services/triage/sql_hold_store.h"
#include "services/triage/sql_record_retention_store.h"
#include "services/triage/sql_retention_store.h"
#include "services/triage/two_person.h"
#include "services/triage/two_person_service.h"

namespace mamori::triage {

class GuardedParts {
 public:
  struct Dependencies {
    server::Rpc& rpc;
    db::Transactor& transactor;
    const time::Clock& clock;
    id::IdSource& ids;
    const AccessSeal& seal;
    const sealing::Sealer& sealer;
    sealing::Eraser& eraser;
    const TimeMarks& marks;
    const AccessGate& gate;
    const idempotency::PageTokens& tokens;
    const mamori::v1::Policy& policy;  // in force; not kept
    const std::string policy_digest;
    // Called after events may have been written.
    std::function<void()> committed;
  };
  explicit GuardedParts(const Dependencies& d)
      : act_store_(d.transactor, d.clock, d.seal, d.sealer, d.marks),
        acts_({act_store_, d.gate, d.policy.two_person(), d.policy.retention(), d.clock, d.ids,
               d.committed, d.tokens, d.policy.unsealing()}),
        hold_store_(d.transactor, d.clock, d.seal, d.sealer, d.marks),
        holds_({hold_store_, d.gate, d.clock, d.ids, d.tokens}),
        retention_store_(d.transactor, d.clock, d.seal, d.sealer, d.eraser, d.marks, d.ids),
        record_store_(d.transactor, d.clock, d.seal, d.sealer, d.eraser, d.marks),
        retention_({retention_store_, record_store_, d.gate, d.policy.retention(), d.policy_digest,
                    d.clock, d.ids, d.committed, d.tokens}),
        act_service_(d.rpc, acts_),
        hold_service_(d.rpc, holds_),
        retention_service_(d.rpc, retention_) {}

  std::vector<grpc::Service*> services() {
    return {&act_service_, &hold_service_, &retention_service_};
  }
  // At the start, after what a backup brought back: as SqlRetentionStore.
  absl::Status ForgetErased() { return retention_store_.ForgetErased(); }

 private:
  SqlActStore act_store_;
  TwoPerson acts_;
  SqlHoldStore hold_store_;
  Holds holds_;
  SqlRetentionStore retention_store_;
  SqlRecordRetentionStore record_store_;
  Retention retention_;
  TwoPersonService act_service_;
  HoldService hold_service_;
  RetentionService retention_service_;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_GUARDED_PARTS_H_
