// Rows as intake makes them, for tests that are about something else than sealing.
#ifndef MAMORI_SERVICES_INTAKE_TEST_CONTENT_H_
#define MAMORI_SERVICES_INTAKE_TEST_CONTENT_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "common/sealing/test_sealer.h"
#include "common/server/caller.h"
#include "services/intake/content_seal.h"
#include "services/intake/records.h"

namespace mamori::intake {

// Content of tests is sealed over keys in memory, which live as long as the test's process.
inline sealing::MemorySealing& TestKeys() {
  static auto* const keys = new sealing::MemorySealing();
  return *keys;
}
inline sealing::MemoryKeyStore& TestKeyStore() { return TestKeys().store; }
inline const ContentSeal& TestSeal() {
  static const auto* const seal = new ContentSeal(TestKeys().sealer());
  return *seal;
}

// A new data key, such as a report's own.
inline sealing::DataKey TestKey(const std::string& tenant = "acme") {
  const sealing::Sealer& sealer = TestSeal().sealer();
  const auto fresh = sealer.Take(tenant, sealing::KeyUse::kNamed);
  (void)sealer.MakeDurable({&*fresh}, absl::InfiniteFuture());
  return *sealer.Open(*fresh);
}

// As intake makes them.
inline NewReport MakeTestReport(const server::CallContext& call, std::string_view method,
                                v1::SubmitReportRequest& request, NewIds ids, absl::Time now) {
  return *MakeNewReport(TestSeal(), call, method, request, std::move(ids), now);
}
inline NewSupplement MakeTestSupplement(const server::CallContext& call,
                                        const v1::SupplementReportRequest& request, NewIds ids,
                                        absl::Time now) {
  return MakeNewSupplement(TestKey(call.tenant), call, request, std::move(ids), now,
                           /*anonymous=*/false);
}
inline NewContact MakeTestContact(const server::CallContext& call,
                                  const v1::RecordContactRequest& request, NewIds ids,
                                  absl::Time now) {
  return MakeNewContact(TestKey(call.tenant), call, request, std::move(ids), now);
}

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_TEST_CONTENT_H_
