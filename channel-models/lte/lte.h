// SPDX-License-Identifier: GPL-2.0-only
// The link technology "lte": ns-3's own LTE module, one cell with its core network, robots as
// terminals, the server behind the packet gateway. It is there to hold "nr" against a model that
// others wrote, and for small teams: it schedules every millisecond whether there is anything to
// send or not, about 0.04 s of the host's time for each robot and simulated second. Other than
// ns-3's defaults (in brackets):
//
// clang-format off
//   LteHelper                            path loss of radio.path_loss, losses of ours (Friis)
//   LteEnbNetDevice::Dl-, UlBandwidth    lte.bandwidth_blocks (25)
//   LteEnbRrc::EpsBearerToRlcMapping     UM or AM for all (saturation mode, which no TCP can fill)
//   LteEnbRrc::SrsPeriodicity            80 ms from 31 robots on, 160 from 71, 320 from 151 (40): too
//                                        short a period ends the process
//   LteRlcUm::, LteRlcAm::MaxTxBufferSize  lte.buffer_bytes (10,240): else the tail of each message is
//                                        lost and waits for a time-out
//   LteUePhy::TxPower, LteEnbPhy::TxPower  lte.robot_power_dbm (10), lte.station_power_dbm (30)
//   LteUePowerControl::Pcmax             lte.robot_power_dbm (23), which alone counts under power control
//   LteUePhy::EnableRlfDetection         false: a fade would detach a robot for good
// clang-format on
//
// Counter of a message: air_bytes, of transport blocks. No airtime: reference signals are always
// sent.
#pragma once

#include "channel-models/technology.h"

namespace gradwave::channel {

Technology lte_technology();

}  // namespace gradwave::channel
