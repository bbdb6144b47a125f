// What is shown of a file.
#ifndef MAMORI_SERVICES_MAMORICTL_EVIDENCE_TEXT_H_
#define MAMORI_SERVICES_MAMORICTL_EVIDENCE_TEXT_H_

#include <string>

#include "mamori/intake/v1/evidence_service.pb.h"

namespace mamori::ctl {

// The name is anybody's text: what a terminal would obey, or would show in another order, is not
// passed on to it.
std::string Harmless(const std::string& text);

std::string EvidenceText(const intake::v1::Evidence& evidence);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_EVIDENCE_TEXT_H_
