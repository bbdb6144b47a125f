// Lists: the flags that all of them have, and the loop over pages.
#ifndef MAMORI_SERVICES_MAMORICTL_PAGING_H_
#define MAMORI_SERVICES_MAMORICTL_PAGING_H_

#include <grpcpp/support/status.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <memory>
#include <string>

namespace mamori::ctl {

struct Paging {
  int limit = 50;
  std::string page_token;
};

inline std::shared_ptr<Paging> AddPagingFlags(CLI::App& command) {
  auto paging = std::make_shared<Paging>();
  command.add_option("--limit", paging->limit, "List at most so many; 0 lists all")
      ->capture_default_str()
      ->check(CLI::Range(0, 10'000'000));
  command.add_option("--page-token", paging->page_token, "Go on where an earlier list ended");
  return paging;
}

// Calls `list(request, page)` until `paging.limit` items are in `all`, or there are no more. `all`
// then holds the token of the next page; `items(message)` is its repeated field.
template <typename Request, typename Response, typename List, typename Items>
grpc::Status ListPages(const Paging& paging, Request request, Response& all, List list,
                       Items items) {
  constexpr int kPage = 1000;
  request.set_page_token(paging.page_token);
  for (;;) {
    const int left = paging.limit == 0 ? kPage : paging.limit - items(all)->size();
    request.set_page_size(std::min(kPage, left));
    Response page;
    const grpc::Status status = list(request, &page);
    if (!status.ok()) return status;
    const std::string next = page.next_page_token();
    all.MergeFrom(page);
    all.set_next_page_token(next);
    request.set_page_token(next);
    if (next.empty() || (paging.limit != 0 && items(all)->size() >= paging.limit)) return status;
  }
}

// The line under a table when there is more.
inline std::string MoreText(const std::string& next_page_token) {
  return next_page_token.empty() ? "" : "more: --page-token " + next_page_token + "\n";
}

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_PAGING_H_
