// A gate between a client and a TCP server, to lose what networks lose: most of all the answer to a
// COMMIT that has happened.
#ifndef MAMORI_COMMON_TESTING_TCP_GATE_H_
#define MAMORI_COMMON_TESTING_TCP_GATE_H_

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mamori::testing {

class TcpGate {
 public:
  // Listens on a free port of 127.0.0.1 and passes every connection on to host:port.
  TcpGate(const std::string& host, int port);
  ~TcpGate();
  TcpGate(const TcpGate&) = delete;
  TcpGate& operator=(const TcpGate&) = delete;

  int port() const { return port_; }

  // The next time a client sends `text` (within one packet), the server gets it, answers, and the
  // connection is cut instead of passing the answer on. Once.
  void LoseAnswerTo(const std::string& text);
  // True since an answer was lost.
  bool answer_lost() const { return lost_; }

  // Hanging: connections stay and are taken, and nothing passes any more.
  void Hang();

  // Closed: new connections are refused at once and the open ones are cut.
  void Close();
  void Open();

 private:
  void Accept();
  void Serve(int client);
  // True when `data` holds the text whose answer shall be lost; takes the order.
  bool TakeOrder(const std::string& data);

  const std::string host_;
  const int server_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> closed_{false};
  std::atomic<bool> hanging_{false};
  std::atomic<bool> lost_{false};
  std::atomic<int> generation_{0};
  std::mutex mu_;
  std::string lose_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace mamori::testing

#endif  // MAMORI_COMMON_TESTING_TCP_GATE_H_
