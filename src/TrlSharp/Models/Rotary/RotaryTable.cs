using static TorchSharp.torch;

namespace TrlSharp.Models.Rotary;

/// <summary>Cosines and sines for the tokens of one forward pass.</summary>
/// <param name="Cos">[T, 1, R/2]</param>
/// <param name="Sin">[T, 1, R/2]</param>
internal sealed record RotaryTable(Tensor Cos, Tensor Sin);
