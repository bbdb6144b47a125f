// Names of records of a case: "cases/{id}/measures/{id}".
#ifndef MAMORI_SERVICES_TRIAGE_WORK_NAME_H_
#define MAMORI_SERVICES_TRIAGE_WORK_NAME_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/id/id.h"

namespace mamori::triage {

struct WorkName {
  id::Id case_id;
  id::Id record_id;
};

inline std::string NameOfWork(std::string_view collection, std::string_view case_id,
                              std::string_view record_id) {
  return id::Name("cases", case_id) + "/" + id::Name(collection, record_id);
}

// INVALID_ARGUMENT for anything but a name that NameOfWork gives for `collection`.
inline absl::StatusOr<WorkName> ParseWorkName(std::string_view collection, std::string_view name) {
  const size_t first = name.find('/');
  const size_t second = first == std::string_view::npos ? first : name.find('/', first + 1);
  const bool nested = second != std::string_view::npos;
  const auto case_id = id::FromName("cases", nested ? name.substr(0, second) : "");
  if (!case_id.ok()) return case_id.status();
  const auto record_id = id::FromName(collection, name.substr(second + 1));
  if (!record_id.ok()) return record_id.status();
  return WorkName{*case_id, *record_id};
}

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_WORK_NAME_H_
