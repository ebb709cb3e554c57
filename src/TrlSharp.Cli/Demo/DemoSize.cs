namespace TrlSharp.Cli.Demo;

/// <summary>How much the demo does. Every chat is seen once.</summary>
/// <param name="Steps">Updates of each training.</param>
internal sealed record DemoSize(int Steps)
{
    /// <summary>Chats in an update.</summary>
    public const int Batch = 32;

    /// <summary>The default: enough for the difference to be large.</summary>
    public static DemoSize Full { get; } = new(360);

    /// <summary><c>--quick</c>: enough to see it move.</summary>
    public static DemoSize Quick { get; } = new(100);

    public int Chats => Steps * Batch;
}
