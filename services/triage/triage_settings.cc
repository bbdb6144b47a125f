#include "services/triage/triage_settings.h"

#include "common/audit/audit.h"
#include "common/config/options.h"
#include "common/crypto/keyed_hash.h"
#include "common/idempotency/page_token.h"
#include "common/sealing/sealing.h"
#include "common/status/macros.h"
#include "common/text/tokenizer.h"
#include "services/triage/opinion_parts.h"

namespace mamori::triage {

absl::Status CheckSettings(const config::v1::TriageConfig& config) {
  const auto wrong = [](const char* what) { return absl::InvalidArgumentError(what); };
  RETURN_IF_ERROR(config::CheckDatabase(config.database()));
  RETURN_IF_ERROR(config::CheckOutbox(config.outbox()));
  if (config.intake().target().empty()) return wrong("intake.target: empty, want a gRPC target");
  if (config.notification().target().empty()) {
    return wrong("notification.target: empty, want a gRPC target");
  }
  if (config.policy_file().empty()) return wrong("policy_file: empty, want a file");
  if (config.access_key_file().empty()) return wrong("access_key_file: empty, want a file");
  RETURN_IF_ERROR(crypto::CheckKeyFile(config.access_key_file()));
  RETURN_IF_ERROR(config::CheckPageTokenKey(config.server()));
  if (config.memory_key_file().empty()) return wrong("memory_key_file: empty, want a file");
  RETURN_IF_ERROR(crypto::CheckKeyFile(config.memory_key_file()));
  RETURN_IF_ERROR(sealing::CheckConfig(config.sealing()));
  RETURN_IF_ERROR(ReadSamples(HeldOutFiles(config)).status());
  RETURN_IF_ERROR(text::CheckDictionary());
  return audit::CheckConfig(config.audit());
}

}  // namespace mamori::triage
