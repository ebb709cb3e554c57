namespace TrlSharp.Checkpoints;

/// <summary>One tensor of a safetensors file, as its header describes it.</summary>
/// <param name="Name">The name, for example <c>model.embed_tokens.weight</c>.</param>
/// <param name="Dtype">As the format spells it: <c>F32</c>, <c>BF16</c>, <c>I64</c> …</param>
/// <param name="Shape">Sizes; none for a scalar.</param>
/// <param name="Start">First byte, counted from the start of the <b>file</b>.</param>
/// <param name="End">One past the last byte.</param>
public sealed record SafetensorsEntry(string Name, string Dtype, IReadOnlyList<long> Shape, long Start, long End);
