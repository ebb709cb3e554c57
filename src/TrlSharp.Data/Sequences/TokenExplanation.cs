using TrlSharp.Tokenization;

namespace TrlSharp.Sequences;

/// <summary>One example with everything that tells why each token is trained or not.</summary>
/// <param name="Example">Text, origins, weights per character, findings.</param>
/// <param name="Tokens">With the characters they stand for.</param>
/// <param name="Weights">As many as tokens.</param>
/// <param name="Reasons">For each token the index in <c>Example.Weights</c> of the span that decided; −1 for context.</param>
public sealed record TokenExplanation(ProvedExample Example, IReadOnlyList<EncodedToken> Tokens, IReadOnlyList<float> Weights, IReadOnlyList<int> Reasons)
{
    /// <summary>Tokens across a weight border.</summary>
    public int Straddling { get; init; }

    /// <summary>Turns where tokenising through their start would give other ids.</summary>
    public int JointDiffers { get; init; }
}
