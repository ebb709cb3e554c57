namespace TrlSharp.Training.Guards;

/// <summary>Tells a jump of the loss from its usual noise: beyond six standard deviations and half again the mean of the last updates.</summary>
internal sealed class LossWatch
{
    private const int Window = 32;
    private const int Fewest = 16;
    private const double Deviations = 6;
    private const double Excess = 1.5;
    private readonly Queue<double> _losses = new();

    /// <summary>Notes a loss. The usual one if this is a jump, else null.</summary>
    public double? Spike(double loss)
    {
        double? usual = null;
        if (_losses.Count >= Fewest)
        {
            var mean = _losses.Average();
            var deviation = Math.Sqrt(_losses.Sum(l => (l - mean) * (l - mean)) / _losses.Count);
            if (loss > mean + Deviations * deviation && loss > Excess * mean) usual = mean;
        }

        _losses.Enqueue(loss);
        if (_losses.Count > Window) _losses.Dequeue();
        return usual;
    }
}
