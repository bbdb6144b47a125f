// TLS to the database, as Pool does it: encrypted and checked against the given authority, or no
// session at all.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/db/connection.h"
#include "common/db/pool.h"
#include "common/id/id.h"
#include "common/testing/test_database.h"

namespace mamori {
namespace {

void Shell(const std::string& command) {
  ASSERT_EQ(std::system(absl::StrCat(command, " >/dev/null 2>&1").c_str()), 0) << command;
}

// A server of its own that has a certificate for 127.0.0.1, and a second authority that has signed
// nothing.
class TlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = absl::StrCat("/tmp/mamori-tls-", id::ToText(id::RandomIdSource().NewId()));
    std::filesystem::create_directory(directory_);
    for (const char* authority : {"ca", "other"}) {
      Shell(absl::StrCat("cd ", directory_, " && openssl req -x509 -newkey ec -pkeyopt ",
                         "ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=", authority,
                         " -keyout ", authority, ".key -out ", authority, ".pem"));
    }
    std::ofstream(directory_ + "/san") << "subjectAltName=IP:127.0.0.1\n";
    Shell(absl::StrCat(
        "cd ", directory_, " && openssl req -new -newkey ec -pkeyopt ",
        "ec_paramgen_curve:P-256 -nodes -subj /CN=127.0.0.1 -keyout db.key -out db.csr && ",
        "openssl x509 -req -in db.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 ",
        "-extfile san -out db.pem"));
    Shell(absl::StrCat(Script(), " start ", directory_, "/server --tls ", directory_, "/db.pem ",
                       directory_, "/db.key ", directory_, "/ca.pem"));
    ReadEnv();
  }
  void ReadEnv() {
    std::string line;
    std::getline(std::ifstream(directory_ + "/server/env"), line);
    const std::vector<std::string> parts = absl::StrSplit(line, absl::ByAnyChar("=:"));
    ASSERT_EQ(parts.size(), 5u) << line;
    options_.host = parts[1];
    ASSERT_TRUE(absl::SimpleAtoi(parts[2], &options_.port));
    options_.user = parts[3];
    options_.password = parts[4];
    options_.schema = "mysql";
  }
  void TearDown() override {
    Shell(absl::StrCat(Script(), " stop ", directory_, "/server"));
    std::filesystem::remove_all(directory_);
  }
  static std::string Script() { return testing::SourceRoot() + "/tests/mariadb"; }

  std::string directory_;
  db::PoolOptions options_;
};

TEST_F(TlsTest, OnlyTheNamedAuthoritysServerIsTrusted) {
  options_.tls_ca_file = directory_ + "/ca.pem";
  const auto pool = db::Pool::Create(options_);
  auto connection = pool->Acquire(absl::InfiniteFuture());
  ASSERT_TRUE(connection.ok()) << connection.status();
  const auto rows = (*connection)
                        ->Query(
                            "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS "
                            "WHERE VARIABLE_NAME = 'SSL_VERSION'",
                            {});
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->at(0).GetBytes(0).substr(0, 3), "TLS");

  options_.tls_ca_file = directory_ + "/other.pem";
  EXPECT_FALSE(db::Pool::Create(options_)->Ping(absl::Seconds(5)).ok());
  options_.tls_ca_file = directory_ + "/missing.pem";
  EXPECT_FALSE(db::Pool::Create(options_)->Ping(absl::Seconds(5)).ok());
  // The certificate is for 127.0.0.1 by its name: another name for the same server is refused.
  options_.tls_ca_file = directory_ + "/ca.pem";
  options_.host = "localhost";
  EXPECT_FALSE(db::Pool::Create(options_)->Ping(absl::Seconds(5)).ok());
}

// What tests/mariadb promises to everything that stands on it.
TEST_F(TlsTest, ThePrivateServersPasswordIsItsOwnAndADeadOneIsStartedAgain) {
  const auto opens = [this](const std::string& password) {
    db::PoolOptions options = options_;
    options.password = password;
    return db::Pool::Create(options)->Ping(absl::Seconds(5)).ok();
  };
  EXPECT_FALSE(opens(""));
  EXPECT_FALSE(opens("test"));
  EXPECT_FALSE(opens("root"));
  EXPECT_GE(options_.password.size(), 32u);
  EXPECT_EQ(std::filesystem::status(directory_ + "/server/env").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

  const std::string pid_file = directory_ + "/server/pid";
  Shell("p=$(cat " + pid_file +
        "); kill -9 $p && for i in $(seq 100); do"
        " grep -q '^State:[[:space:]]*[^Z[:space:]]' /proc/$p/status || exit 0; sleep .1; done; "
        "exit 1");
  // In its place a process of its name that has ended and that nobody has waited for.
  std::filesystem::copy_file("/bin/true", directory_ + "/mariadbd");
  const pid_t zombie = fork();
  if (zombie == 0) {
    execl((directory_ + "/mariadbd").c_str(), "mariadbd", nullptr);
    _exit(127);
  }
  siginfo_t ended;
  ASSERT_EQ(waitid(P_PID, zombie, &ended, WEXITED | WNOWAIT), 0);
  std::ofstream(pid_file) << zombie << "\n";
  const std::string password = options_.password;
  Shell(absl::StrCat(Script(), " start ", directory_, "/server"));
  waitpid(zombie, nullptr, 0);
  ReadEnv();
  EXPECT_EQ(options_.password, password);
  EXPECT_TRUE(opens(password));
}

TEST_F(TlsTest, AServerWithoutTlsIsRefused) {
  const testing::TestDatabase plain;
  db::PoolOptions options = plain.options();
  ASSERT_TRUE(db::Pool::Create(options)->Ping(absl::Seconds(5)).ok());
  options.tls_ca_file = directory_ + "/ca.pem";
  EXPECT_FALSE(db::Pool::Create(options)->Ping(absl::Seconds(5)).ok());
}

}  // namespace
}  // namespace mamori
