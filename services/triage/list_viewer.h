// Whose list over cases it is.
#ifndef MAMORI_SERVICES_TRIAGE_LIST_VIEWER_H_
#define MAMORI_SERVICES_TRIAGE_LIST_VIEWER_H_

#include <string>
#include <vector>

namespace mamori::triage {

struct ListViewer {
  std::string person;
  std::string department;
  // What the person's roles let in, as authz::AudienceOf.
  std::vector<int> audiences;
};

}  // namespace mamori::triage

#endif  // MAMORI_SERVICES_TRIAGE_LIST_VIEWER_H_
