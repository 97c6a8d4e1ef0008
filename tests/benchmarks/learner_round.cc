// SPDX-License-Identifier: GPL-2.0-only
// gradwave's side of learner_round.py, which says what it is asked on standard input:
//
//   learner-round FOLDER ROUNDS MODEL DATASET M BATCH RATIO RATE DEVICE ARITHMETIC
//                writes FOLDER/weights (float32 [d]), FOLDER/inputs (float32 [ROUNDS, M, BATCH,
//                pixels]) and FOLDER/labels (int64), then says "d channels height width classes
//                macs"
//   round        runs one round; says its seconds and its training loss
//   weights      writes FOLDER/trained
//   products N   multiplies matrices of N x N; says multiply-adds per second
//   copy BYTES   copies that many; says bytes per second, each byte counted once
#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <torch/cuda.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <numeric>

#include "learning/data/dataset.h"
#include "learning/data/sampling.h"
#include "learning/learner.h"
#include "learning/runtime/arithmetic.h"
#include "learning/runtime/device.h"
#include "learning/runtime/product.h"

namespace {

namespace gl = gradwave::learning;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <typename T>
void append(std::ofstream& file, const std::vector<T>& values) {
  file.write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * sizeof(T)));
}

// The batches that the learner will see: its streams depend on the seed alone.
void write_batches(const std::filesystem::path& folder, const gl::Options& options,
                   const gl::Dataset& data) {
  const auto parts = gl::partition(options.data, data.train.labels, data.classes,
                                   options.training.workers, options.seed);
  gl::BatchStream stream(data, parts, options.training.batch, gl::Augmentation::kNone, options.seed,
                         "batches");
  std::ofstream inputs(folder / "inputs", std::ios::binary);
  std::ofstream labels(folder / "labels", std::ios::binary);
  gl::Batches batches;
  for (std::int64_t t = 0; t < options.training.rounds; ++t) {
    stream.next(batches);
    append(inputs, batches.inputs);
    append(labels, batches.labels);
  }
}

void wait_for(const at::Device& device) {
  if (device.is_cuda()) torch::cuda::synchronize(device.index());
}

// On a GPU with the precision that its convolutions have.
double products_rate(const at::Device& device, std::int64_t n) {
  const c10::InferenceMode no_autograd;
  at::globalContext().setAllowTF32CuBLAS(true);
  const at::Tensor a = at::rand({n, n}, device), b = at::rand({n, n}, device);
  at::Tensor c = at::empty({n, n}, device);
  gl::multiply(a, b, c);
  wait_for(device);
  const auto start = Clock::now();
  gl::multiply(a, b, c);
  wait_for(device);
  at::globalContext().setAllowTF32CuBLAS(false);
  return static_cast<double>(n * n * n) / seconds_since(start);
}

double copy_rate(const at::Device& device, std::int64_t bytes) {
  static at::Tensor from, to;
  from = at::full({bytes}, 1, at::TensorOptions(device).dtype(at::kByte));
  to = from.clone();
  wait_for(device);
  const auto start = Clock::now();
  to.copy_(from);
  wait_for(device);
  return static_cast<double>(bytes) / seconds_since(start);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 11) return 2;
  gl::start_with(argv[10]);
  const std::filesystem::path folder = argv[1];
  gl::Options options;
  options.training.rounds = std::stoll(argv[2]);
  options.model.model = argv[3];
  options.data.dataset = argv[4];
  if (const char* where = std::getenv("GRADWAVE_DATA")) options.data.folder = where;
  options.training.workers = std::stoll(argv[5]);
  options.training.batch = std::stoll(argv[6]);
  options.compression.ratio = std::stod(argv[7]);
  options.training.learning_rate = std::stod(argv[8]);
  options.host.device = argv[9];
  options.host.arithmetic = argv[10];
  const at::Device device = gl::device_of(options.host.device);
  options.compression.error_compensation = true;
  options.theory.pilot_rounds = 0;  // the rival has none
  options.data.test_samples = 1;
  {
    const gl::Dataset data = gl::load_dataset(options.data);
    write_batches(folder, options, data);
    const gl::Description description = gl::describe(options);
    std::cout << description.model_size << ' ' << data.image.channels << ' ' << data.image.height
              << ' ' << data.image.width << ' ' << data.classes << ' '
              << static_cast<std::int64_t>(description.forward_macs) << std::endl;
  }

  gl::Learner learner(options);
  const auto write_weights = [&](const char* name) {
    std::ofstream file(folder / name, std::ios::binary);
    append(file, learner.weights());
  };
  write_weights("weights");
  std::vector<int> everybody(options.training.workers);
  std::iota(everybody.begin(), everybody.end(), 0);

  std::string word;
  while (std::cin >> word) {
    std::int64_t amount = 0;
    if (word == "round") {
      const auto start = Clock::now();
      const gl::RoundPlan plan = learner.plan(everybody);
      learner.apply(everybody);
      wait_for(device);
      std::cout << seconds_since(start) << ' ' << plan.train_loss << std::endl;
    } else if (word == "weights") {
      write_weights("trained");
      std::cout << "written" << std::endl;
    } else if (word == "products" && std::cin >> amount) {
      std::cout << products_rate(device, amount) << std::endl;
    } else if (word == "copy" && std::cin >> amount) {
      std::cout << copy_rate(device, amount) << std::endl;
    }
  }
}
