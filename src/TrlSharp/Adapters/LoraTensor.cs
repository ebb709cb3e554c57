namespace TrlSharp.Adapters;

/// <summary>What a tensor of an adapter is, which decides how it starts.</summary>
internal enum LoraTensor
{
    /// <summary>A of a linear module: random.</summary>
    A,

    /// <summary>B of a linear module: 0, so that the adapter starts without effect.</summary>
    B,

    /// <summary>The bias of B: 0.</summary>
    Bias,

    /// <summary>A of an embedding: 0.</summary>
    EmbeddingA,

    /// <summary>B of an embedding: standard normal.</summary>
    EmbeddingB,

    /// <summary>DoRA's lengths of the rows: starts from those of the base.</summary>
    Magnitude,

    /// <summary>Rows of the embedding: start from those of the base.</summary>
    Rows,

    /// <summary>A parameter of the base: starts from its value.</summary>
    Copy,
}
