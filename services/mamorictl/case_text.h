// A case as a person reads it.
#ifndef MAMORI_SERVICES_MAMORICTL_CASE_TEXT_H_
#define MAMORI_SERVICES_MAMORICTL_CASE_TEXT_H_

#include <string>

#include "mamori/v1/case.pb.h"

namespace mamori::ctl {

std::string CaseText(const mamori::v1::Case& one);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_CASE_TEXT_H_
