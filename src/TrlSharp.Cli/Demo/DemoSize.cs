namespace TrlSharp.Cli.Demo;

/// <summary>How much the demo does. Every chat is seen once.</summary>
/// <param name="Largest">The largest number in a sum: fewer numbers are fewer facts to learn.</param>
/// <param name="Steps">Updates of each training.</param>
/// <param name="Batch">Chats in an update.</param>
/// <param name="LearningRate">At its height.</param>
/// <param name="WarmupSteps">Updates until then: a long rise is what makes so few updates enough.</param>
internal sealed record DemoSize(int Largest, int Steps, int Batch, double LearningRate, int WarmupSteps)
{
    /// <summary>The default: under a minute on two cores.</summary>
    public static DemoSize Full { get; } = new(Largest: 6, Steps: 400, Batch: 24, LearningRate: 4e-3, WarmupSteps: 100);

    /// <summary><c>--quick</c>: less than half the time.</summary>
    public static DemoSize Quick { get; } = new(Largest: 3, Steps: 260, Batch: 12, LearningRate: 4e-3, WarmupSteps: 80);

    public int Chats => Steps * Batch;
}
