using System.Runtime.InteropServices;

namespace TrlSharp.Cli;

/// <summary>
/// Ctrl-C and SIGTERM ask the running command to save and stop; a second signal ends the process at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly TextWriter _error;
    private volatile Action? _diversion;

    public StopSignals(TextWriter error)
    {
        _error = error;
        Register(PosixSignal.SIGINT, Cli.ExitCode.Interrupted);
        Register(PosixSignal.SIGTERM, Cli.ExitCode.Terminated);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The exit code that the first signal asks for; null when none came.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>While the result is not disposed, Ctrl-C does this instead of stopping the command.</summary>
    public IDisposable Divert(Action interrupt)
    {
        _diversion = interrupt;
        return new Diversion(this);
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void Register(PosixSignal signal, int exitCode) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        if (signal == PosixSignal.SIGINT && _diversion is { } diversion)
        {
            context.Cancel = true;
            diversion();
            return;
        }

        if (_source.IsCancellationRequested) return;
        context.Cancel = true;
        ExitCode = exitCode;
        _error.WriteLine("Stopping after this step and saving. Once more stops at once.");
        _source.Cancel();
    }));

    private sealed class Diversion(StopSignals signals) : IDisposable
    {
        public void Dispose() => signals._diversion = null;
    }
}
