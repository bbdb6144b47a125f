// What the audit commits to of a report: its stored bytes, in which a part is told to no reader
// (whom the reporter distrusts, who submitted it). That part enters as a hash of its own, so that
// the rest can be opened to others without it. Pure.
#ifndef MAMORI_COMMON_AUDIT_REPORT_CONTENT_H_
#define MAMORI_COMMON_AUDIT_REPORT_CONTENT_H_

#include <string>
#include <string_view>

namespace mamori::audit {

// What opens a commitment to whoever may read the content.
struct Opening {
  std::string random;
  std::string content;
  std::string withheld;  // the hash of the part that is left out; empty when nothing is
};
// Commit(random, content) where nothing is withheld.
std::string Commit(const Opening& opening);

// Of a serialized mamori.v1.Report and the random bytes that are stored with it. Those themselves
// open the hash of what is withheld, so another value that follows from them stands in its place.
Opening OpeningOf(std::string_view random, std::string_view report);
// The commitment to it. Costs no copy where nothing is withheld.
std::string CommitReport(std::string_view random, std::string_view report);
// Whether `commitment` is one to it, also as it was made before anything was withheld.
bool IsCommitted(std::string_view random, std::string_view report, std::string_view commitment);

}  // namespace mamori::audit

#endif  // MAMORI_COMMON_AUDIT_REPORT_CONTENT_H_
