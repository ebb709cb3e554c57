namespace TrlSharp.Models.Rotary;

/// <summary>Which channels of a head form a pair. R rotated channels.</summary>
internal enum RotaryLayout
{
    /// <summary>k and k + R/2: GPT-NeoX, Llama and most others.</summary>
    Halves,

    /// <summary>2k and 2k + 1: the original paper, GPT-J, Cohere, GLM.</summary>
    Interleaved,
}
