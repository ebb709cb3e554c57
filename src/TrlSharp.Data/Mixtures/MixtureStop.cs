namespace TrlSharp.Mixtures;

/// <summary>When an interleaved mixture ends.</summary>
public enum MixtureStop
{
    /// <summary>When every stream has ended; streams that end earlier leave the ratio to the others.</summary>
    AllRead,

    /// <summary>As soon as one stream has ended: the ratio holds to the last item.</summary>
    FirstEnds,

    /// <summary>When every stream has ended at least once; streams that end earlier begin again.</summary>
    LastEnds,
}
