namespace TrlSharp.Training;

/// <summary>The order in which an epoch goes through the rows.</summary>
public enum SamplingStrategy
{
    /// <summary>A new permutation every epoch, the one that PyTorch draws for the same seed.</summary>
    Random,

    /// <summary>As they come, every epoch.</summary>
    Sequential,

    /// <summary>Random, but rows of similar length share a batch. Saves nothing here, since rows are never padded; for comparison with other programs.</summary>
    GroupByLength,
}
