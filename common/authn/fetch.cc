// The two places keys come from.
#include <curl/curl.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/authn/key_source.h"
#include "common/config/textproto.h"

namespace mamori::authn {
namespace {

constexpr long kTimeoutMillis = 5000;

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
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, kTimeoutMillis);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, Append);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &text);
    if (!ca_file.empty()) {
      curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file.c_str());
      curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
    }
    const CURLcode code = curl_easy_perform(handle);
    if (code != CURLE_OK) {
      return absl::UnavailableError(absl::StrCat("the issuer's keys: ", curl_easy_strerror(code)));
    }
    long http = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &http);
    if (http != 200) return absl::UnavailableError(absl::StrCat("the issuer's keys: HTTP ", http));
    return text;
  };
}

KeySource::Fetch FileFetch(const std::string& file) {
  return [file] { return config::ReadFile(file); };
}

}  // namespace mamori::authn
