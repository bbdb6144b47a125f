// The full names of the methods of services, as the contract has them.
#ifndef MAMORI_SERVICES_TRIAGE_METHODS_OF_H_
#define MAMORI_SERVICES_TRIAGE_METHODS_OF_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace mamori::triage {

// Of all services in these files, in their order.
inline std::vector<std::string> MethodsOf(
    const std::vector<const google::protobuf::FileDescriptor*>& files) {
  std::vector<std::string> methods;
  for (const auto* file : files) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back(absl::StrCat("/", file->service(s)->full_name(), "/",
                                       file->service(s)->method(m)->name()));
      }
    }
  }
  return methods;
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_METHODS_OF_H_
