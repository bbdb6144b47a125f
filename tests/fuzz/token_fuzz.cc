// What comes from an issuer or from whoever says he has a token of one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "absl/time/time.h"
#include "common/authn/key_set.h"
#include "common/authn/verifier.h"

namespace {

// The public half of a key that was thrown away.
constexpr char kKeys[] =
    R"({"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"k","e":"AQAB","n":")"
    "2h_9J_Gvtbl2w8g_9Pb6N4FvRbozuzXGHr-6iW0Vq3jBAkaDCslFEoHq65tT-weLKxxzLhf_26f-N44G"
    "zBN9gHC0yOEwD-SgChfgOMb4ZvRP-7y4vG-kc9OPF8Ff8VX0fm4hefr_1XW4wgb6lbC5M7azqonL6GzF"
    "yk3eYOnQRxQNSYAFkR7RQZ8DGQzOlDUVbwT4WT8ErZTv6m1dXaKV2Cmqn6VaILBP8EvuveIPVakyLqip"
    "MJ1t7aju5NaQalaoU5XvueDs_UQpqlTcJmiRJknJ7rZQNZf1WAHG1AuBspyuNpuenNlVIAFwxsDloH8S"
    "vNwrVpOH65iSZk81dP4RgQ"
    R"("}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mamori::authn;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto keys = KeySet::Parse(data[0] % 2 == 0 ? text : kKeys);
  if (data[0] % 2 == 0) return 0;
  if (!keys.ok()) std::abort();
  (void)UnverifiedIssuer(text);
  Expectations want;
  want.name = "local";
  want.issuer = "https://issuer.test";
  want.audience = "https://mamori.test";
  want.tenants = {"acme"};
  // Nobody has the key: nothing can be believed.
  if (Verify(text, **keys, want, absl::FromUnixSeconds(1'800'000'000)).ok()) std::abort();
  return 0;
}
