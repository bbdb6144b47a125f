#include "common/authz/reporter_rights.h"

namespace mamori::authz {

bool IsShared(SharingScope scope, bool named) {
  switch (scope) {
    case SharingScope::kEveryone:
      return true;
    case SharingScope::kPeople:
      return named;
    case SharingScope::kNobody:
      return false;
  }
  return false;
}

}  // namespace mamori::authz
