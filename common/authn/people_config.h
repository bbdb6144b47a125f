// What config.v1.People means.
#ifndef MAMORI_COMMON_AUTHN_PEOPLE_CONFIG_H_
#define MAMORI_COMMON_AUTHN_PEOPLE_CONFIG_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/authn/key_source.h"
#include "common/authn/verifier.h"
#include "mamori/config/v1/config.pb.h"

namespace mamori::authn {

// INVALID_ARGUMENT, "path: what", for the first thing that is wrong.
absl::Status CheckPeople(const config::v1::People& config);

// Of a configuration that was checked.
Expectations ExpectationsOf(const config::v1::People& config, const config::v1::Issuer& issuer);
KeySource::Options KeySourceOptionsOf(const config::v1::Issuer& issuer);
KeySource::Fetch FetchOf(const config::v1::Issuer& issuer);
absl::Duration ClockSkewOf(const config::v1::People& config);

}  // namespace mamori::authn

#endif  // MAMORI_COMMON_AUTHN_PEOPLE_CONFIG_H_
