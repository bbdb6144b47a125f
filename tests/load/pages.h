// Walks whole lists, page by page.
#ifndef MAMORI_TESTS_LOAD_PAGES_H_
#define MAMORI_TESTS_LOAD_PAGES_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/load/calls.h"

namespace mamori::load {

// The page tokens of the whole list of `method` (list_reports or list_cases), one per 1,000 items
// and the empty one of the beginning, without the last (whose page may be short). A failed call's
// status otherwise.
grpc::Status WalkTokens(const std::string& method, const std::shared_ptr<grpc::Channel>& channel,
                        const CallOptions& options, std::vector<std::string>& tokens);

// Calls `each(case name, report name)` for all cases of the tenant, newest first.
grpc::Status WalkCases(const std::shared_ptr<grpc::Channel>& channel, const CallOptions& options,
                       const std::function<void(const std::string&, const std::string&)>& each);

}  // namespace mamori::load

#endif  // MAMORI_TESTS_LOAD_PAGES_H_
