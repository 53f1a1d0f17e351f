// Every TensorFlow session runs its graph as it was recorded.
//
// Grappler, TensorFlow's graph optimiser, regroups sums and products, and for a large graph it does not choose the same
// way in every process: gradients of the full-size model then differ in their last bits from process to process, and a
// run could not be repeated. tfjs-node offers no way to say so, hence the linker is told (--wrap) to send its calls of
// TF_NewSessionOptions here. Without Grappler a process also needs about a third less memory, at the same speed.

#include <cstdio>
#include <cstdlib>

#include "tensorflow/c/c_api.h"

extern "C" TF_SessionOptions *__real_TF_NewSessionOptions();

extern "C" TF_SessionOptions *__wrap_TF_NewSessionOptions() {
  // ConfigProto { graph_options (10) { rewrite_options (10) { disable_meta_optimizer (19): true } } }
  static const unsigned char config[] = {0x52, 0x05, 0x52, 0x03, 0x98, 0x01, 0x01};
  TF_SessionOptions *options = __real_TF_NewSessionOptions();
  TF_Status *status = TF_NewStatus();
  TF_SetConfig(options, config, sizeof config, status);
  if (TF_GetCode(status) != TF_OK) {
    std::fprintf(stderr, "auseq: TensorFlow refused its session options: %s\n", TF_Message(status));
    std::abort(); // going on would train weights that nobody can reproduce
  }
  TF_DeleteStatus(status);
  return options;
}
