# Removes what install.ps1 has made: registrations, environment, Python, and the entry in "Apps".
# Models and logs stay, unless -Models and -History are given.
[CmdletBinding()]
param(
    [string]$Target = (Join-Path $env:LOCALAPPDATA 'wlk-host'),
    [switch]$Models,
    [switch]$History
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$WlkHost = Join-Path $Target 'venv\Scripts\wlk-host.exe'
if (Test-Path $WlkHost) {
    $Arguments = @('uninstall')
    if ($Models) { $Arguments += '--models' }
    if ($History) { $Arguments += '--history' }
    & $WlkHost @Arguments
    if ($LASTEXITCODE -ne 0) { throw "wlk-host uninstall failed with code $LASTEXITCODE" }
}
foreach ($Name in @('venv', 'python', 'cache')) {
    $Folder = Join-Path $Target $Name
    if (Test-Path $Folder) { Remove-Item -Recurse -Force $Folder }
}
$Key = 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Uninstall\wlk-host'
if (Test-Path $Key) { Remove-Item -Recurse -Force $Key }
$Script = Join-Path $Target 'uninstall.ps1'
if (Test-Path $Script) { Remove-Item -Force $Script }
if ((Test-Path $Target) -and -not (Get-ChildItem -Force $Target)) { Remove-Item -Force $Target }
