// SPDX-License-Identifier: GPL-2.0-only
#include "sim/cli/commands.h"

int main(int argc, char** argv) { return gradwave::command_line(argc, argv); }
