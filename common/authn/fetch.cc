// The two places keys come from.
#include <curl/curl.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/authn/key_source.h"
#include "common/config/textproto.h"
#include "common/https/https.h"
#include "common/status/macros.h"

namespace mamori::authn {
namespace {

size_t Append(const char* bytes, size_t size, size_t count, void* into) {
  std::string& text = *static_cast<std::string*>(into);
  if (text.size() + size * count > kMaxKeySetBytes) return 0;  // ends the transfer
  text.append(bytes, size * count);
  return size * count;
}

}  // namespace

KeySource::Fetch HttpsFetch(const std::string& url, const std::string& ca_file) {
  return [url, ca_file]() -> absl::StatusOr<std::string> {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                   curl_easy_cleanup);
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
        curl_slist_append(nullptr, "Cache-Control: no-cache"), curl_slist_free_all);
    std::string text;
    CURL* handle = curl.get();
    https::Prepare(handle, url, ca_file);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, Append);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &text);
    ASSIGN_OR_RETURN(const long status, https::Perform(handle, "the issuer's keys"));
    if (status != 200) {
      return absl::UnavailableError(absl::StrCat("the issuer's keys: HTTP ", status));
    }
    return text;
  };
}

KeySource::Fetch FileFetch(const std::string& file) {
  return [file] { return config::ReadFile(file); };
}

}  // namespace mamori::authn
